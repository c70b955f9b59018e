//! The rows of the table: what is asked of which server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use edgepick_host::server::{Door, Log, Server, ServerOptions};
use edgepick_host::site::SiteOptions;

use super::node::Node;
use super::sites::{List, Sites};
use super::wire::Response;
use super::{Options, Result, floor};

/// The ways to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// `answer.handle`, guests used again, no log.
    Fast,
    /// The same with a log.
    Logged,
    /// `answer.handle`, a fresh guest for every request.
    Fresh,
    /// wasi:http, guests used again.
    WasiHttp,
}

/// A row before its server runs.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) way: Way,
    pub(super) list: List,
    target: &'static str,
    status: u16,
    goal: &'static str,
}

impl Plan {
    /// A row of so many pictures; what is asked, what comes back and the goal.
    fn new(
        name: &str,
        way: Way,
        pictures: u32,
        (target, status, goal): (&'static str, u16, &'static str),
    ) -> Self {
        Self {
            name: format!("{name}, {} pictures", grouped(pictures)),
            way,
            list: List {
                pictures,
                weighted: false,
            },
            target,
            status,
            goal,
        }
    }

    /// Whether it asks for a random picture and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        self.target == "/" && !self.list.weighted
    }
}

/// A row whose server runs.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) plan: Option<Plan>,
    pub(super) address: SocketAddr,
    pub(super) target: &'static str,
    pub(super) status: u16,
    pub(super) goal: &'static str,
    /// Whose CPU time counts; our own where absent.
    pub(super) node: Option<Node>,
    _server: Option<Server>,
}

/// What the plain rows ask for at each size: the way, its name and its goal.
const PLAIN: [(Way, &str, &str); 4] = [
    (Way::Fast, "fast path", "1.3 x floor"),
    (Way::Logged, "fast path, log to a file", "1.6 x floor"),
    (Way::Fresh, "fresh instance", "60 us above the fast path"),
    (Way::WasiHttp, "wasi:http", "16 to 18 us"),
];

/// What is asked at the largest size by the fast path: name, target, status
/// and goal.
const SPECIAL: [(&str, &str, u16, &str); 5] = [
    ("seed", "/?seed=2025", 302, ""),
    (
        "two half facets",
        "/?tag=sky&orientation=landscape",
        302,
        "",
    ),
    ("count=50 as JSON", "/?count=50&type=json", 200, ""),
    (
        "two full facets, a size nobody has",
        "/?tag=photo,public&min_width=2000&max_height=700",
        404,
        "2000 us",
    ),
    (
        "two half facets, a size nobody has",
        "/?tag=sky,sea&min_width=4000&min_height=4000",
        404,
        "2000 us",
    ),
];

/// All rows but the floor and Node's.
pub(super) fn plan(largest: u32) -> Vec<Plan> {
    let plain = PLAIN.into_iter().flat_map(|(way, name, goal)| {
        [10, 1_000, largest].map(|pictures| Plan::new(name, way, pictures, ("/", 302, goal)))
    });
    let mut weighted = Plan::new("weighted", Way::Fast, largest, ("/", 302, ""));
    weighted.list.weighted = true;
    let special = SPECIAL.into_iter().map(|(name, target, status, goal)| {
        Plan::new(name, Way::Fast, largest, (target, status, goal))
    });
    plain.chain([weighted]).chain(special).collect()
}

/// Starts the servers: the floor, those of the plan, and Node's.
pub(super) fn open(plans: Vec<Plan>, sites: &mut Sites, options: &Options) -> Result<Vec<Row>> {
    let few = List {
        pictures: 10,
        weighted: false,
    };
    let model = {
        let server = serve(sites, few, Way::Fast)?;
        Response::fetch(server.address(), "/")?
    };
    eprintln!("an answer has {} bytes after its first line", model.size());
    let mut rows = vec![Row {
        name: "hyper, the same bytes".to_owned(),
        plan: None,
        address: floor::start(&model)?,
        target: "/",
        status: model.status,
        goal: "",
        node: None,
        _server: None,
    }];
    for plan in plans {
        let server = serve(sites, plan.list, plan.way)?;
        let first = Response::fetch(server.address(), plan.target)?;
        if first.status != plan.status {
            let body = String::from_utf8_lossy(&first.body).into_owned();
            return Err(format!("{}: {} {body}", plan.name, first.status).into());
        }
        if plan.target == "/" && first.size() != model.size() {
            return Err(format!("{}: another answer than the floor's", plan.name).into());
        }
        rows.push(Row {
            name: plan.name.clone(),
            address: server.address(),
            target: plan.target,
            status: plan.status,
            goal: plan.goal,
            plan: Some(plan),
            node: None,
            _server: Some(server),
        });
    }
    const NODE: &str = "Node's http, three fields";
    if options.wants(NODE) {
        match Node::start()? {
            Some(node) => rows.push(Row {
                name: NODE.to_owned(),
                plan: None,
                address: node.address(),
                target: "/",
                status: 302,
                goal: "",
                node: Some(node),
                _server: None,
            }),
            None => println!("{NODE}: there is no `node` on PATH"),
        }
    }
    Ok(rows)
}

fn serve(sites: &mut Sites, list: List, way: Way) -> Result<Server> {
    let reuse = match way {
        Way::Fresh => 1,
        _ => SiteOptions::default().reuse,
    };
    let site = sites.site(list, reuse)?;
    let options = ServerOptions {
        workers: 1,
        door: match way {
            Way::WasiHttp => Door::WasiHttp,
            _ => Door::Typed,
        },
        log: match way {
            Way::Logged => Log::Writer(Arc::new(Mutex::new(tempfile::tempfile()?))),
            _ => Log::Off,
        },
        ..ServerOptions::default()
    };
    Ok(Server::start(&site, ([127, 0, 0, 1], 0).into(), options)?)
}

/// A number with a comma before each three digits.
pub(super) fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(grouped(n), text);
        }
    }

    #[test]
    fn every_row_has_a_name_of_its_own() {
        let mut names: Vec<_> = plan(1_000_000).into_iter().map(|row| row.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
