//! The inner side: the harness in namespaces of its own, with one program.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};
use rustix::process::{Pid, Signal, kill_process, set_child_subreaper};

use super::wire::{Ask, Plan, Said, receive, send};
use super::{loopback, root};

/// Furnishes the namespaces, starts the program and serves the outer side over
/// standard input until the program ends. Ends as it does.
pub(crate) fn run(plan: &str) -> ExitCode {
    let Ok(control) = io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    match start(plan, &control) {
        Ok(mut child) => {
            let pid = Pid::from_child(&child);
            thread::spawn(move || serve(&control, pid));
            let status = child.wait();
            end_others();
            match status {
                Ok(status) => {
                    let signal = status.signal().map(|signal| 128 + signal);
                    let code = signal.or(status.code()).unwrap_or(1);
                    ExitCode::from(u8::try_from(code).unwrap_or(1))
                }
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(said) => {
            let _ = send(&control, &said, None);
            ExitCode::FAILURE
        }
    }
}

fn start(plan: &str, control: &OwnedFd) -> Result<Child, Said> {
    let failed = |what: &str, e: &dyn std::fmt::Display| Said::Failed(format!("{what}: {e}"));
    let plan: Plan =
        serde_json::from_str(plan).map_err(|e| failed("the plan cannot be read", &e))?;
    let mut listener = None;
    let unshare = on_path("unshare").filter(|_| !plan.bare);
    if plan.bare {
        // As the first process of a namespace is by itself.
        set_child_subreaper(Some(Pid::INIT)).map_err(|e| failed("no way to end all", &e))?;
    } else {
        loopback::up().map_err(|e| failed("no loopback device", &e))?;
        listener = plan
            .listen
            .map(TcpListener::bind)
            .transpose()
            .map_err(|e| failed("cannot listen inside", &e))?;
        root::enter(&plan).map_err(|e| failed("no file system", &e))?;
    }
    let child = spawn(&plan, unshare.as_deref())
        .map_err(|e| Said::NotStarted(e.raw_os_error().unwrap_or_default()))?;
    send(
        control,
        &Said::Started,
        listener.as_ref().map(|listener| listener.as_fd()),
    )
    .map_err(|e| failed("the outer side is gone", &e))?;
    Ok(child)
}

/// Where a command of this machine lies.
fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut places = env::split_paths(&folders).map(|folder| folder.join(name));
    places.find(|place| place.is_file())
}

/// Starts the program; what cannot be executed fails as the system says: the C
/// library would hand to a shell what is neither a program for this machine nor
/// a script, and who changes users first says nothing. A mere name is looked up
/// in the program's own `PATH`.
fn spawn(plan: &Plan, unshare: Option<&Path>) -> io::Result<Child> {
    if plan.program.components().count() > 1 {
        check(&plan.folder.join(&plan.program))?;
    }
    let mut command = match (plan.user, unshare) {
        (Some(user), Some(unshare)) => as_user(user, unshare, plan),
        _ => Command::new(&plan.program),
    };
    command
        .args(&plan.arguments)
        .current_dir(&plan.folder)
        .env_clear()
        .envs(plan.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .spawn()
}

/// As a user who is root nowhere: in a user namespace below, which may change
/// nothing of what was furnished.
fn as_user(user: u32, unshare: &Path, plan: &Plan) -> Command {
    let mut command = Command::new(unshare);
    command
        .arg("--user")
        .arg(format!("--map-user={user}"))
        .arg(format!("--map-group={user}"))
        .arg("--")
        .arg(&plan.program);
    command
}

fn check(program: &Path) -> io::Result<()> {
    let mut start = [0; 256];
    let mut file = File::open(program)?;
    let length = file.read(&mut start)?;
    let start = start.get(..length).unwrap_or_default();
    if file.metadata()?.permissions().mode() & 0o111 == 0 {
        return Err(Errno::ACCESS.into());
    }
    if let Some(line) = start.strip_prefix(b"#!") {
        let mut words = line.split(|byte| byte.is_ascii_whitespace());
        let interpreter = words.find(|word| !word.is_empty()).unwrap_or_default();
        return fs::metadata(Path::new(OsStr::from_bytes(interpreter))).map(|_| ());
    }
    // ELF of 64 bits, little endian, for x86-64 or AArch64.
    let known =
        start.starts_with(b"\x7fELF\x02\x01") && matches!(start.get(18..20), Some([62 | 183, 0]));
    match known {
        true => Ok(()),
        false => Err(Errno::NOEXEC.into()),
    }
}

fn serve(control: &OwnedFd, program: Pid) {
    while let Ok((ask, _)) = receive(control) {
        let (said, with) = match ask {
            Ask::Connect(address) => match connecting(address) {
                Ok(socket) => (Said::Connecting, Some(socket)),
                Err(e) => (Said::Refused(e.raw_os_error()), None),
            },
            Ask::Memory => (Said::Memory(memory()), None),
            Ask::Ending => (Said::Ending(others().into_iter().any(is_ending)), None),
            Ask::Signal(number) => {
                if let Some(signal) = Signal::from_named_raw(number) {
                    let _ = kill_process(program, signal);
                }
                (Said::Sent, None)
            }
        };
        if send(control, &said, with.as_ref().map(|socket| socket.as_fd())).is_err() {
            break;
        }
    }
    // The outer side is gone, however it ended: with this process all end.
    end_others();
    std::process::exit(1);
}

/// A socket on its way to an address: a program that does not take connections
/// holds up nobody here.
fn connecting(address: SocketAddr) -> rustix::io::Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(e) => Err(e),
    }
}

/// Without namespaces nothing else ends what the program has left behind.
fn end_others() {
    for process in others() {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// All processes that came of this one, which is the parent of those whose own
/// has ended.
fn others() -> Vec<Pid> {
    let id = |text: &str| Pid::from_raw(text.parse().ok()?);
    let parent = |process: &Path| id(stat(process)?.split(' ').nth(1)?);
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<_> = processes
        .filter_map(|entry| {
            let process = id(entry.file_name().to_str()?)?;
            Some((process, parent(&entry.path())?))
        })
        .collect();
    // The one that it is called by there, inside and outside.
    let itself = fs::read_link("/proc/self").ok();
    let mut parents: Vec<_> = itself
        .and_then(|name| id(name.to_str()?))
        .into_iter()
        .collect();
    let mut others = Vec::new();
    while let Some(parent) = parents.pop() {
        let children = all.iter().filter(|(_, of)| *of == parent);
        let children: Vec<_> = children.map(|(process, _)| *process).collect();
        parents.extend(&children);
        others.extend(children);
    }
    others
}

/// What proc_pid_stat(5) has behind the name, which may hold anything: from the
/// third field on. `None` where the process is gone.
fn stat(process: &Path) -> Option<String> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    Some(stat.rsplit_once(") ")?.1.to_owned())
}

/// `PF_EXITING`, a flag of a process: set before its files are closed.
const EXITING: u32 = 4;

/// Whether a process is on its way out: some of its files may be closed, and
/// others not. They all are where nothing is left of it but its status.
fn is_ending(process: Pid) -> bool {
    let stat = stat(Path::new(&format!("/proc/{process}"))).unwrap_or_default();
    let mut fields = stat.split(' ');
    // These are the fields 3, 9 and 20.
    let state = fields.next().unwrap_or_default();
    let flags: u32 = fields.nth(5).unwrap_or_default().parse().unwrap_or(0);
    let threads = fields.nth(10).unwrap_or_default();
    // The first thread may have ended before the others.
    let has_ended = state == "X" || (state == "Z" && threads == "1");
    flags & EXITING != 0 && !has_ended
}

/// The most that the program and all that it started have needed, as far as
/// that can be told: all of them now, or one of them at any time.
fn memory() -> u64 {
    let all: Vec<_> = others().into_iter().map(resident).collect();
    let now = all.iter().map(|(now, _)| now).sum();
    let peak = all.iter().map(|(_, peak)| *peak).max();
    peak.unwrap_or(0).max(now)
}

/// Resident bytes of one process, now and at its peak; 0 where it is gone.
fn resident(process: Pid) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.unwrap_or_default();
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: Option<u64> = kilobytes.and_then(|text| text.parse().ok());
        kilobytes.unwrap_or(0) * 1024
    };
    (bytes("VmRSS:"), bytes("VmHWM:"))
}
