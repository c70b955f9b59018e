//! Sites with all the doors that lead to them, each made once for all tests.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::Duration;

use edgepick::catalogue::Catalogue;
use edgepick_host::COMPONENT;
use edgepick_host::input;
use edgepick_host::server::{self, Log, Server, ServerOptions};
use edgepick_host::site::{Site, SiteOptions};
use host_test::function::Deployed;
use host_test::gateways::GATEWAYS;
use host_test::listener::Listener;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A port of our own.
pub(crate) const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// The folder of the fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// A site and its doors.
pub(crate) struct Stand {
    pub(crate) site: Site,
    /// Sealed, with the site in it.
    pub(crate) component: Vec<u8>,
    pub(crate) pictures: Pictures,
    pub(crate) doors: Vec<Door>,
    _servers: Vec<Server>,
    _listeners: Vec<Listener>,
}

/// A way to reach a site.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// `http`, `wasi-http`, or the name of a wire format.
    pub(crate) name: &'static str,
    /// Beside the name, for messages.
    pub(crate) variant: &'static str,
    pub(crate) address: SocketAddr,
    /// What stands before every path.
    pub(crate) base: String,
}

impl Door {
    /// Whether it is one of our own host's.
    pub(crate) fn is_ours(&self) -> bool {
        self.name == "http" || self.name == "wasi-http"
    }
}

/// What the catalogue says, read natively.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    /// URLs by id.
    pub(crate) urls: HashMap<String, String>,
}

impl Pictures {
    pub(crate) fn has(&self, url: &str) -> bool {
        self.urls.values().any(|known| known == url)
    }

    fn of(packed: &[u8]) -> Self {
        let (catalogue, _) = Catalogue::open(packed).unwrap();
        let members = |entry| (0..catalogue.count(entry)).map(move |member| (entry, member));
        let urls = (0..catalogue.entries())
            .flat_map(members)
            .map(|(entry, member)| {
                (
                    catalogue.picture_id(entry, member),
                    catalogue.url(entry, member).into_owned(),
                )
            })
            .collect();
        Self { urls }
    }
}

/// Options of a site whose draws are the same in every run.
pub(crate) fn seeded() -> SiteOptions {
    SiteOptions {
        seed: Some(0x0123_4567_89ab_cdef),
        // Far from what a request takes on a machine that is busy with others.
        timeout: Duration::from_secs(30),
        ..SiteOptions::default()
    }
}

/// Options of a server that keeps a test's output clean.
pub(crate) fn quiet() -> ServerOptions {
    ServerOptions {
        workers: 1,
        log: Log::Off,
        ..ServerOptions::default()
    }
}

impl Stand {
    /// `sample` is the embedded sample, `none` a component without a site;
    /// anything else a list or a settings file in the folder of the fixtures.
    fn new(name: &str) -> Self {
        raise_file_limit();
        let prepared = match name {
            "none" => None,
            "sample" => Some(input::sample().unwrap()),
            path => {
                let path = fixtures().join(path);
                let (sources, config) = match path.extension().and_then(|e| e.to_str()) {
                    Some("toml") => (Vec::new(), Some(path.as_path())),
                    _ => (vec![path.clone()], None),
                };
                Some(host_test::site::prepare(sources, config).unwrap_or_else(|e| panic!("{e}")))
            }
        };
        let (component, pictures) = match &prepared {
            None => (COMPONENT.to_vec(), Pictures::default()),
            Some(prepared) => (
                host_test::site::baked(prepared).unwrap(),
                Pictures::of(&prepared.packed.bytes),
            ),
        };
        let site = Site::new(&component, seeded()).unwrap();
        let mut stand = Self {
            site,
            component,
            pictures,
            doors: Vec::new(),
            _servers: Vec::new(),
            _listeners: Vec::new(),
        };
        stand.add_server("http", server::Door::Typed);
        stand.add_server("wasi-http", server::Door::WasiHttp);
        for row in GATEWAYS {
            for variant in row.variants.iter().filter(|variant| variant.faithful) {
                let gateway = row.with(variant.arguments).unwrap();
                let base = gateway.base();
                let function = Box::new(Deployed::new(&stand.site, row.platform));
                let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
                let address = listener.address();
                stand._listeners.push(listener);
                stand.doors.push(Door {
                    name: row.name,
                    variant: variant.name,
                    address,
                    base,
                });
            }
        }
        stand
    }

    fn add_server(&mut self, name: &'static str, door: server::Door) {
        let server =
            Server::start(&self.site, ANY_PORT, ServerOptions { door, ..quiet() }).unwrap();
        let address = server.address();
        self._servers.push(server);
        self.doors.push(Door {
            name,
            variant: "",
            address,
            base: String::new(),
        });
    }

    /// The door of our own host.
    pub(crate) fn http(&self) -> SocketAddr {
        self.doors[0].address
    }
}

/// As many open files as the system allows: each door has a few, and so has
/// each of many callers at once.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Where that is refused, the default may still do.
    let _ = setrlimit(Resource::Nofile, raised);
}

/// The stand with this name; see [`Stand::new`].
pub(crate) fn stand(name: &str) -> Arc<Stand> {
    type Made = Arc<OnceLock<Arc<Stand>>>;
    static STANDS: LazyLock<Mutex<HashMap<String, Made>>> = LazyLock::new(Mutex::default);
    // The lock is not held while a stand is made: others are made meanwhile.
    let made = Arc::clone(STANDS.lock().unwrap().entry(name.to_owned()).or_default());
    Arc::clone(made.get_or_init(|| Arc::new(Stand::new(name))))
}
