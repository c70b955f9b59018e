//! What `edgepick pack` makes, deployed under the emulated runtimes.

use std::io;
use std::sync::LazyLock;

use edgepick_host::input::Input;
use edgepick_host::pack::{Places, Request, Site, kinds, pack};
use edgepick_host::runner_engine::Architecture;
use host_test::gateways::{GATEWAYS, find};
use host_test::listener::Listener;
use host_test::runtimes::{Program, Runtime, Settings};

use crate::client::get;
use crate::http::doors;
use crate::runtimes::{behind, call, settings};
use crate::scenario::Habits;
use crate::stands::{ANY_PORT, Door, To, input};

/// Built once, where no variable names one.
static RUNNER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    Places::of_this_process()
        .runner(Architecture::X86_64)
        .unwrap_or_else(|e| panic!("{e}"))
});

/// What `edgepick pack` puts beside the runner.
pub(crate) fn site(input: Input, mount: Option<&str>) -> Site {
    site_for(input, mount, Architecture::X86_64)
}

pub(crate) fn site_for(input: Input, mount: Option<&str>, architecture: Architecture) -> Site {
    let request = Request {
        input,
        mount: mount.map(str::to_owned),
        architecture,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime
        .block_on(request.site(&mut |_| {}, &mut io::empty()))
        .unwrap_or_else(|e| panic!("{e}"))
}

/// The same for the name of a stand. What is nearest to a component without a
/// site, which nobody can pack, is a zip whose owner removed the list.
pub(crate) fn site_of(stand: &str) -> Site {
    match stand {
        "none" => {
            let mut site = site(Input::default(), None);
            site.files.retain(|file| !file.name.starts_with("list."));
            site
        }
        "sample" => site(Input::default(), None),
        path => site(input(path), None),
    }
}

/// What `edgepick pack` writes for a kind.
pub(crate) fn zip(kind: &str, site: &Site) -> Vec<u8> {
    let found = kinds(kind);
    let [kind] = found[..] else {
        panic!("pack knows no kind {kind}")
    };
    pack(kind, &RUNNER, site, "site.zip").unwrap().bytes
}

/// The variable by which an owner has events taken where callers could post
/// such too.
pub(crate) fn events() -> (String, String) {
    ("EDGEPICK_EVENTS".to_owned(), "1".to_owned())
}

/// The zip of a kind, deployed under 128 MB and with no variable of its
/// owner's, and started.
pub(crate) fn deployed(row: &Runtime, site: &Site) -> Box<dyn Program> {
    deployed_with(row, site, |_| {})
}

/// The same with settings that differ.
pub(crate) fn deployed_with(
    row: &Runtime,
    site: &Site,
    change: impl FnOnce(&mut Settings),
) -> Box<dyn Program> {
    let zip = zip(row.kind, site);
    let mut settings = settings_of(row.kind);
    change(&mut settings);
    let program = row.deploy(&zip, settings).unwrap();
    // Gateways wait for a second or a few, whatever else this machine does.
    if row.gateways.is_empty() {
        get(behind(&*program, row.doors[0].name).address(), "/");
    } else {
        call(&*program, "{}");
    }
    program
}

/// What the owner of a kind's zip sets.
pub(crate) fn settings_of(kind: &str) -> Settings {
    let mut settings = Settings {
        memory: Some(128),
        ..settings()
    };
    // The steps that `pack` prints have its owner type these.
    if kind == "baidu" {
        let command = "/var/task/edgepick-runner --platform baidu --addr 0.0.0.0:8080";
        settings.command = Some(command.to_owned());
        settings.port = Some(8080);
    }
    settings
}

/// Every way to a kind's zips, and the arguments of the gateway where there is
/// one. None is open yet.
pub(crate) fn ways(row: &'static Runtime) -> Vec<(Door, &'static [&'static str])> {
    let way = |to, name, variant, base: &str| Door {
        to,
        name,
        variant,
        address: ANY_PORT,
        base: base.to_owned(),
    };
    let doors = row.doors.iter().map(|door| {
        (
            way(To::Process(row.kind), door.name, "", door.base),
            &[][..],
        )
    });
    let gateways = GATEWAYS.iter().filter(|g| row.gateways.contains(&g.name));
    let variants = gateways.flat_map(|gateway| {
        gateway.variants.iter().map(|variant| {
            let door = way(To::Function(row.kind), gateway.name, variant.name, "");
            (door, variant.arguments)
        })
    });
    doors.chain(variants).collect()
}

/// A way to a deployed zip, for as long as this lives.
pub(crate) struct Way {
    pub(crate) door: Door,
    _listener: Listener,
}

/// Whether a way is open only where the owner has the program take events.
fn wants_events(door: &Door) -> bool {
    door.to == To::Function("azure")
}

/// Deploys the zip of a kind as it comes, then once more where some ways want
/// events to be taken, and opens the ways to each; one runs at a time.
pub(crate) fn each_setup(
    row: &'static Runtime,
    site: &Site,
    open: fn(&'static Runtime, &dyn Program) -> Vec<Way>,
    change: impl Fn(&mut Settings),
    mut part: impl FnMut(&dyn Program, &[Way]),
) {
    for wanted in [false, true] {
        let is_of = |(door, _): &(Door, _)| wants_events(door) == wanted;
        if !ways(row).iter().any(is_of) {
            continue;
        }
        let program = deployed_with(row, site, |settings| {
            settings.environment.extend(wanted.then(events));
            change(settings);
        });
        let mut opened = open(row, &*program);
        opened.retain(|way| wants_events(&way.door) == wanted);
        part(&*program, &opened);
    }
}

/// All [`ways`] on which answers can be compared, opened.
pub(crate) fn open(row: &'static Runtime, program: &dyn Program) -> Vec<Way> {
    opened(row, program, |habits| !habits.closed)
}

/// Those on which callers see what they would see without them.
pub(crate) fn faithful(row: &'static Runtime, program: &dyn Program) -> Vec<Way> {
    opened(row, program, Habits::is_plain)
}

fn opened(
    row: &'static Runtime,
    program: &dyn Program,
    wanted: impl Fn(&Habits) -> bool,
) -> Vec<Way> {
    let open = |(mut door, arguments): (Door, &[&str])| {
        let listener = match door.to {
            To::Host | To::Component => unreachable!("no zip is behind it"),
            To::Process(_) => behind(program, door.name),
            To::Function(kind) => {
                let mut arguments = arguments.to_vec();
                if kind == "azure" {
                    // The folder of the zip's one function.
                    arguments.extend(["--function", "edgepick"]);
                }
                let gateway = find(door.name).unwrap().with(arguments).unwrap();
                door.base = gateway.base();
                Listener::start(ANY_PORT, gateway, program.function().unwrap(), None).unwrap()
            }
        };
        door.address = listener.address();
        Way {
            door,
            _listener: listener,
        }
    };
    let doors = doors();
    let ways = ways(row).into_iter();
    ways.filter(|(door, _)| wanted(&doors.of(door)))
        .map(open)
        .collect()
}
