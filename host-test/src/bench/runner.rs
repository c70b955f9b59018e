//! The runner: how large its zip is, and how long it takes from its start to
//! its first answer, beside Node's.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use edgepick_host::input::Input;
use edgepick_host::pack::{self, LARGEST_LISTS, Places, Request};

use super::child::Part;
use super::node::Node;
use super::wire::Response;
use super::{Options, Result, rows, sites};

/// The row's name.
pub(super) const NAME: &str = "runner";

/// The kind whose zip and contract are measured: plain HTTP at a port that is
/// named.
const KIND: &str = "google";

/// What the runner is called in it.
const PROGRAM: &str = "edgepick-runner";

/// What is aimed at, for the smallest of the lists.
const GOAL: Duration = Duration::from_millis(10);
const GOAL_ZIP: usize = 6_000_000;

/// URLs of the lists.
const LISTS: [u32; 4] = [1_000, 10_000, 50_000, 100_000];

/// A kind of list: its file, its first line, and a line of it.
type Shape = (&'static str, &'static str, fn(u32) -> String);

/// Lists that take long, each measured as large as `pack` leaves any.
const SHAPES: [Shape; 4] = [
    ("list.txt", "", |n| sites::url(n) + "\n"),
    ("list.txt", "# ranges\n", |n| {
        format!("http://a/{n}/{{1..9}}\n")
    }),
    ("list.csv", "url,category,tags\n", |n| {
        format!("http://a/{n},c{n},t{n};u{n}\n")
    }),
    ("list.csv", "url,tags\n", |n| {
        let tags: Vec<_> = (0..20)
            .map(|i| format!("t{}", (n * 20 + i) % 5_000))
            .collect();
        format!("http://a/{n},{}\n", tags.join(";"))
    }),
];

/// What is aimed at for the largest lists.
const GOAL_LARGEST: Duration = Duration::from_millis(50);

/// Starts of each; the median is told.
const STARTS: usize = 20;

/// Prints the sizes and the times.
pub(super) fn measure(options: &Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("list.txt");
    let starts = if options.quick { 3 } else { STARTS };
    let mut unpacked = false;
    for pictures in LISTS {
        let urls: String = (0..pictures).map(|n| sites::url(n) + "\n").collect();
        fs::write(&list, &urls)?;
        let mut goal = String::new();
        if !unpacked {
            unpack(&list, folder.path())?;
            unpacked = true;
            goal = format!(" (goal {} ms)", GOAL.as_millis());
        }
        let mut times = Vec::new();
        for _ in 0..starts {
            times.push(start(&folder.path().join(PROGRAM))?);
        }
        println!(
            "the runner's first answer from a list of {}, {} bytes: {:.1} ms{goal}",
            rows::grouped(pictures),
            urls.len(),
            median(times),
        );
    }
    fs::remove_file(&list)?;
    for shape in SHAPES {
        let list = folder.path().join(shape.0);
        let entries = largest(shape, &list)?;
        let mut times = Vec::new();
        for _ in 0..starts {
            times.push(start(&folder.path().join(PROGRAM))?);
        }
        println!(
            "the runner's first answer from the largest {} `{}`, {entries} entries: {:.1} ms (goal {} ms)",
            shape.0,
            shape.1.trim_end(),
            median(times),
            GOAL_LARGEST.as_millis(),
        );
        fs::remove_file(&list)?;
    }
    node(starts)
}

/// Writes the largest list of a shape that `pack` leaves as it is, and gives
/// its number of entries.
fn largest((_, head, line): Shape, path: &Path) -> Result<u32> {
    let size = |entries: u32| -> Result<usize> {
        let text = head.to_owned() + &(0..entries).map(line).collect::<String>();
        fs::write(path, &text)?;
        let input = Input {
            sources: vec![path.to_owned()],
            ..Input::default()
        };
        let prepared = input.prepare(&mut |_| {})?;
        Ok(text.len() + prepared.packed.bytes.len())
    };
    let each = size(1_000)? / 1_000;
    let mut entries = u32::try_from(LARGEST_LISTS / each)?;
    while size(entries)? > LARGEST_LISTS {
        entries -= entries / 50;
    }
    Ok(entries)
}

/// Packs a list and puts what is in the zip into a folder.
fn unpack(list: &Path, folder: &Path) -> Result<()> {
    let request = Request {
        input: Input {
            sources: vec![list.to_owned()],
            ..Input::default()
        },
        ..Request::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let site = runtime.block_on(request.site(&mut |_| {}, &mut std::io::empty()))?;
    let runner = Places::of_this_process().runner(request.architecture)?;
    let kind = pack::kinds(KIND).into_iter().next();
    let kind = kind.ok_or("there is no such kind")?;
    let zip = pack::pack(kind, &runner, &site, &kind.file_name())?;
    println!(
        "the runner: {} bytes, its zip with a list of 1,000: {} bytes (goal {GOAL_ZIP})",
        runner.len(),
        zip.bytes.len()
    );
    for file in &zip.files {
        let path = folder.join(&*file.name);
        fs::write(&path, &file.bytes)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(file.mode))?;
    }
    Ok(())
}

/// The time from the program's start to its first answer.
fn start(program: &Path) -> Result<Duration> {
    let address = free()?;
    let mut command = Command::new(program);
    command
        .args(["--platform", KIND, "--addr", &address.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let started = Instant::now();
    let part = Part::spawn(command)?;
    let response = first(address)?;
    let time = started.elapsed();
    drop(part);
    match response.status {
        302 => Ok(time),
        status => Err(format!("the runner answers {status}").into()),
    }
}

fn node(starts: usize) -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..starts {
        let started = Instant::now();
        let Some(node) = Node::start()? else {
            println!("Node's start: there is no node here");
            return Ok(());
        };
        Response::fetch(node.address(), "/")?;
        times.push(started.elapsed());
    }
    println!("Node's start with a bare redirect: {:.1} ms", median(times));
    Ok(())
}

/// Asks until somebody listens, as the platforms do.
fn first(address: SocketAddr) -> Result<Response> {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        match TcpStream::connect(address) {
            Ok(_) => return Response::fetch(address, "/"),
            Err(e) if e.kind() == ErrorKind::ConnectionRefused && Instant::now() < limit => {
                std::thread::sleep(Duration::from_micros(200));
            }
            Err(e) => return Err(e.into()),
        }
    }
}

/// A port that nobody listens at.
fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// In milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    median.as_secs_f64() * 1e3
}
