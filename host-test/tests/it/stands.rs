//! Sites with all the doors that lead to them, each made once for all tests.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::Duration;

use edgepick::catalogue::Catalogue;
use edgepick::settings::Settings;
use edgepick_host::COMPONENT;
use edgepick_host::input::{self, Input};
use edgepick_host::refusal::Refusals;
use edgepick_host::server::{self, Log, Server, ServerOptions};
use edgepick_host::site::{Site, SiteOptions};
use host_test::function::Deployed;
use host_test::gateways::{GATEWAYS, find};
use host_test::listener::Listener;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::http::doors;

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
    pub(crate) to: To,
    /// `http`, `wasi-http`, the name of a wire format, or what a platform's own
    /// address is called.
    pub(crate) name: &'static str,
    /// Beside the name, for messages.
    pub(crate) variant: &'static str,
    pub(crate) address: SocketAddr,
    /// What stands before every path.
    pub(crate) base: String,
}

/// What stands behind a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// Our own host.
    Host,
    /// A gateway that calls the component in this process.
    Component,
    /// A gateway that calls the process of a zip of this kind as a function.
    Function(&'static str),
    /// The process of a zip of this kind, by HTTP.
    Process(&'static str),
}

impl Door {
    /// Whether it is one of our own host's.
    pub(crate) fn is_ours(&self) -> bool {
        self.to == To::Host
    }

    /// For messages.
    pub(crate) fn label(&self) -> String {
        let zip = match self.to {
            To::Host | To::Component => String::new(),
            To::Function(kind) | To::Process(kind) => format!("{kind}.zip by "),
        };
        format!("{zip}{} {}", self.name, self.variant)
            .trim_end()
            .to_owned()
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

/// A list or a settings file in the folder of the fixtures.
pub(crate) fn input(path: &str) -> Input {
    let path = fixtures().join(path);
    let is_settings = path.extension().is_some_and(|e| e == "toml");
    let (sources, config) = if is_settings {
        (Vec::new(), Some(path))
    } else {
        (vec![path], None)
    };
    Input {
        sources,
        config,
        strict: true,
        ..Input::default()
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

/// Options of a server, of a site with the usual settings, that keeps a test's
/// output clean.
pub(crate) fn quiet() -> ServerOptions {
    ServerOptions {
        workers: 1,
        log: Log::Off,
        refusals: Refusals::of(&Settings::default()),
        ..ServerOptions::default()
    }
}

impl Stand {
    /// `sample` is the embedded sample, `none` a component without a site;
    /// anything else is what [`input`] takes.
    fn new(name: &str) -> Self {
        raise_file_limit();
        let prepared = match name {
            "none" => None,
            "sample" => Some(input::sample().unwrap()),
            path => {
                let prepared = input(path).prepare(&mut |_| {});
                Some(prepared.unwrap_or_else(|e| panic!("{e}")))
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
        let doors = doors();
        for (arguments, mut door) in variants().filter(|(_, door)| !doors.of(door).closed) {
            let row = find(door.name).unwrap();
            let gateway = row.with(arguments).unwrap();
            door.base = gateway.base();
            let function = Box::new(Deployed::new(&stand.site, row.platform));
            let listener = Listener::start(ANY_PORT, gateway, function, None).unwrap();
            door.address = listener.address();
            stand._listeners.push(listener);
            stand.doors.push(door);
        }
        stand
    }

    fn add_server(&mut self, name: &'static str, door: server::Door) {
        let server =
            Server::start(&self.site, ANY_PORT, ServerOptions { door, ..quiet() }).unwrap();
        let address = server.address();
        self._servers.push(server);
        self.doors.push(Door {
            to: To::Host,
            name,
            variant: "",
            address,
            base: String::new(),
        });
    }

    /// The doors that requests and answers get through as they are.
    pub(crate) fn plain_doors(&self) -> impl Iterator<Item = &Door> {
        let doors = doors();
        let plain = move |door: &&Door| doors.of(door).is_plain();
        self.doors.iter().filter(plain)
    }

    /// The door of our own host.
    pub(crate) fn http(&self) -> SocketAddr {
        self.doors[0].address
    }
}

/// Every way to set up a gateway before the component, with its arguments. None
/// is open yet.
pub(crate) fn variants() -> impl Iterator<Item = (&'static [&'static str], Door)> {
    GATEWAYS.iter().flat_map(|row| {
        row.variants.iter().map(|variant| {
            let door = Door {
                to: To::Component,
                name: row.name,
                variant: variant.name,
                address: ANY_PORT,
                base: String::new(),
            };
            (variant.arguments, door)
        })
    })
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
