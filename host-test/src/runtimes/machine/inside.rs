//! The inner side: the harness in namespaces of its own, with one program.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::wire::{Ask, Plan, Said, receive, send};
use super::{loopback, root};

/// Furnishes the namespaces, starts the program and serves the outer side over
/// standard input until the program ends. Ends as it does.
pub(crate) fn run(plan: &str) -> ExitCode {
    let Ok(control) = io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    match start(plan, &control) {
        Ok((mut child, own_processes)) => {
            let pid = Pid::from_child(&child);
            thread::spawn(move || serve(&control, pid, own_processes));
            match child.wait() {
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

fn start(plan: &str, control: &OwnedFd) -> Result<(Child, bool), Said> {
    let failed = |what: &str, e: &dyn std::fmt::Display| Said::Failed(format!("{what}: {e}"));
    let plan: Plan =
        serde_json::from_str(plan).map_err(|e| failed("the plan cannot be read", &e))?;
    loopback::up().map_err(|e| failed("no loopback device", &e))?;
    let listener = plan.listen.map(TcpListener::bind).transpose();
    let listener = listener.map_err(|e| failed("cannot listen inside", &e))?;
    let own_processes = root::enter(&plan).map_err(|e| failed("no file system", &e))?;
    let child = spawn(&mut command(&plan), &plan)
        .map_err(|e| Said::NotStarted(e.raw_os_error().unwrap_or_default()))?;
    send(
        control,
        &Said::Started,
        listener.as_ref().map(|listener| listener.as_fd()),
    )
    .map_err(|e| failed("the outer side is gone", &e))?;
    Ok((child, own_processes))
}

/// What starts the program, inside or without namespaces.
pub(super) fn command(plan: &Plan) -> Command {
    let mut command = Command::new(&plan.program);
    command
        .args(&plan.arguments)
        .current_dir(&plan.folder)
        .env_clear()
        .envs(plan.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    command
}

/// Starts it; what is neither a program for this machine nor a script fails as
/// the system says, while the C library would hand it to a shell.
pub(super) fn spawn(command: &mut Command, plan: &Plan) -> io::Result<Child> {
    let mut start = [0; 20];
    let mut file = File::open(&plan.program)?;
    let length = file.read(&mut start)?;
    // ELF of 64 bits, little endian, for x86-64 or AArch64.
    let known = start.starts_with(b"#!")
        || (length == start.len()
            && start.starts_with(b"\x7fELF\x02\x01")
            && matches!(start.get(18..), Some([62 | 183, 0])));
    let executable = file.metadata()?.permissions().mode() & 0o111 != 0;
    if executable && !known {
        return Err(Errno::NOEXEC.into());
    }
    command.spawn()
}

fn serve(control: &OwnedFd, program: Pid, own_processes: bool) {
    while let Ok((ask, _)) = receive(control) {
        let (said, with) = match ask {
            Ask::Connect(address) => match TcpStream::connect(address) {
                Ok(stream) => (Said::Connected, Some(stream)),
                Err(e) => (Said::Refused(e.raw_os_error().unwrap_or_default()), None),
            },
            Ask::Memory if own_processes => (Said::Memory(all_resident()), None),
            Ask::Memory => (Said::Memory(0), None),
            Ask::Signal(number) => {
                if let Some(signal) = Signal::from_named_raw(number) {
                    let _ = kill_process(program, signal);
                }
                (Said::Sent, None)
            }
        };
        if send(control, &said, with.as_ref().map(|stream| stream.as_fd())).is_err() {
            break;
        }
    }
    // The outer side is gone, however it ended: with this process all end.
    std::process::exit(1);
}

/// Bytes of all processes here but this one, which is the first.
fn all_resident() -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "1" && name.bytes().all(|b| b.is_ascii_digit()))
        .map(|process| resident(&process))
        .sum()
}

/// Bytes of one process; 0 where it is gone.
pub(super) fn resident(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|text| text.parse().ok())
        .unwrap_or(0_u64)
        * 1024
}
