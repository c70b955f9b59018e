//! Programs as plain processes: a folder of their own and a free port.

use std::fs::{self, File};
use std::io::{self, Cursor, Read as _, Seek as _, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use tokio::net::TcpStream;
use zip::ZipArchive;

use super::{Failure, Finished, Instance, Program, Running, Runtime};

/// How long a program may take until it listens.
const START: Duration = Duration::from_secs(120);

/// Most bytes of an answer.
const MOST: usize = 64 << 20;

/// How often the port is tried, and the memory looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// Most bytes of a call's log that are read.
const MOST_LOG: u64 = 64 * 1024;

/// Starts programs beside this one. They see their code where it is unpacked,
/// not at `/code`, and listen at a port of the emulator's choice.
#[derive(Debug)]
pub struct Processes {
    folder: PathBuf,
    emptied: OnceLock<()>,
}

impl Processes {
    /// Unpacks code below this folder. Before the first program it is emptied:
    /// what an emulator that was killed has left there is of no use.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            emptied: OnceLock::new(),
        }
    }

    /// An empty folder for one program.
    fn ground(&self) -> io::Result<TempDir> {
        self.emptied.get_or_init(|| {
            // Where there is nothing, there is nothing to remove.
            let _ = fs::remove_dir_all(&self.folder);
        });
        fs::create_dir_all(&self.folder)?;
        // Programs run in another folder than this one.
        TempDir::with_prefix_in("i-", self.folder.canonicalize()?)
    }
}

impl Runtime for Processes {
    fn start(&self, program: &Program) -> Result<Box<dyn Instance>, Failure> {
        let trouble = |e: &dyn std::fmt::Display| Failure::Emulator(e.to_string());
        let ground = self.ground().map_err(|e| trouble(&e))?;
        let code = ground.path().join("code");
        fs::create_dir(&code).map_err(|e| trouble(&e))?;
        let mut archive = ZipArchive::new(Cursor::new(&program.zip)).map_err(|e| trouble(&e))?;
        archive.extract(&code).map_err(|e| trouble(&e))?;
        let port = free_port().map_err(|e| trouble(&e))?;
        let log = ground.path().join("log");
        let out = File::create(&log).map_err(|e| trouble(&e))?;
        let err = out.try_clone().map_err(|e| trouble(&e))?;
        let mut command = command(program, &code, port)?;
        command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .process_group(0);
        let child = spawn(command).map_err(|e| not_executed(&e))?;
        Ok(Box::new(Process {
            child: Mutex::new(child),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            log,
            program: Program {
                zip: Bytes::new(),
                ..program.clone()
            },
            listens: tokio::sync::Mutex::new(false),
            _ground: ground,
        }))
    }
}

/// What makes a program end when this process is killed (util-linux).
const BINDER: &str = "/usr/bin/setpriv";

/// Starts a program on a thread that lives as long as this process: a program
/// that is bound to its parent ends with the thread that started it.
fn spawn(command: Command) -> io::Result<Child> {
    type Order = (Command, mpsc::SyncSender<io::Result<Child>>);
    static STARTER: OnceLock<Mutex<mpsc::Sender<Order>>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (orders, taken) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, started) in taken {
                // Who asked may be gone.
                let _ = started.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let gone = || io::Error::other("the thread that starts programs has ended");
    let (started, child) = mpsc::sync_channel(1);
    let orders = starter.lock().unwrap_or_else(PoisonError::into_inner);
    orders.send((command, started)).map_err(|_| gone())?;
    drop(orders);
    child.recv().map_err(|_| gone())?
}

fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

fn not_executed(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::NoFile,
        io::ErrorKind::PermissionDenied => Failure::NoPermission,
        _ => Failure::EndedAtStart(error.raw_os_error().unwrap_or(1)),
    }
}

/// What starts a program; `/code` stands for its folder.
fn command(program: &Program, code: &Path, port: u16) -> Result<Command, Failure> {
    let here = |word: &str| match word.strip_prefix("/code/") {
        Some(rest) => code.join(rest),
        None => PathBuf::from(word),
    };
    let mut words = program.command.iter();
    let first = match words.next() {
        Some(word) => here(word),
        None => {
            let bootstrap = code.join("bootstrap");
            let file = fs::metadata(&bootstrap).map_err(|_| Failure::NoFile)?;
            if file.permissions().mode() & 0o111 == 0 {
                return Err(Failure::NoPermission);
            }
            bootstrap
        }
    };
    let mut command = match Path::new(BINDER).exists() {
        true => {
            let mut command = Command::new(BINDER);
            command.args(["--pdeathsig", "KILL", "--"]).arg(first);
            command
        }
        false => Command::new(first),
    };
    command
        .args(words.map(|word| here(word)))
        .current_dir(code)
        .env_clear()
        .envs(
            program
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .env("FC_SERVER_PORT", port.to_string())
        .env("FC_CUSTOM_LISTEN_PORT", port.to_string())
        .env("FC_FUNC_CODE_PATH", code);
    Ok(command)
}

/// A process.
struct Process {
    child: Mutex<Child>,
    address: SocketAddr,
    /// All that it writes.
    log: PathBuf,
    program: Program,
    listens: tokio::sync::Mutex<bool>,
    _ground: TempDir,
}

impl Process {
    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its exit status, if it has ended; 128 and the number of a signal.
    fn ended(&self) -> Option<i32> {
        let status = self.child().try_wait().ok()??;
        let signal = status.signal().map(|signal| 128 + signal);
        signal.or(status.code())
    }

    fn kill(&self) {
        let _ = kill_process_group(Pid::from_child(&self.child()), Signal::KILL);
    }

    /// Bytes that it has in memory.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child().id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kilobytes
            .and_then(|text| text.parse().ok())
            .unwrap_or(0_u64)
            * 1024
    }

    /// Where the log ends.
    fn mark(&self) -> u64 {
        fs::metadata(&self.log).map_or(0, |file| file.len())
    }

    fn log_since(&self, mark: u64) -> String {
        let mark = mark.max(self.mark().saturating_sub(MOST_LOG));
        let mut bytes = Vec::new();
        let read = File::open(&self.log).and_then(|mut file| {
            file.seek(SeekFrom::Start(mark))?;
            file.take(MOST_LOG).read_to_end(&mut bytes)
        });
        drop(read);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until it listens, once.
    async fn ready(&self) -> Result<(), Failure> {
        let mut listens = self.listens.lock().await;
        let since = Instant::now();
        while !*listens {
            if TcpStream::connect(self.address).await.is_ok() {
                *listens = true;
            } else if let Some(code) = self.ended() {
                return Err(Failure::EndedAtStart(code));
            } else if since.elapsed() > START {
                return Err(Failure::Silent);
            } else {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// Ends when the process has more memory than it may.
    async fn over_memory(&self, peak: &mut u64) {
        loop {
            *peak = self.resident().max(*peak);
            if *peak > self.program.memory << 20 {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn serve(
        &self,
        request: Request<Bytes>,
        peak: &mut u64,
    ) -> Result<Response<Bytes>, Failure> {
        self.ready().await?;
        let exchange = tokio::time::timeout(self.program.timeout, exchange(self.address, request));
        let result = tokio::select! {
            result = exchange => result.unwrap_or(Err(Failure::TimedOut)),
            () = self.over_memory(peak) => Err(Failure::Memory),
        };
        *peak = self.resident().max(*peak);
        if result.is_err() {
            self.kill();
        }
        result
    }
}

impl Instance for Process {
    fn call(&self, request: Request<Bytes>) -> Running<'_> {
        Box::pin(async move {
            // What it wrote at its start belongs to its first call.
            let mark = match *self.listens.lock().await {
                true => self.mark(),
                false => 0,
            };
            let mut memory = 0;
            let result = self.serve(request, &mut memory).await;
            Finished {
                result,
                log: self.log_since(mark),
                memory,
            }
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child().wait();
    }
}

async fn exchange(
    address: SocketAddr,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, Failure> {
    let stream = TcpStream::connect(address)
        .await
        .map_err(|_| Failure::Exited)?;
    let (mut sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Failure::Exited)?;
    tokio::spawn(connection);
    let (mut head, body) = request.into_parts();
    if !head.headers.contains_key(header::HOST)
        && let Ok(host) = HeaderValue::try_from(address.to_string())
    {
        head.headers.insert(header::HOST, host);
    }
    head.headers
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    let request = Request::from_parts(head, Full::new(body));
    let response = sender
        .send_request(request)
        .await
        .map_err(|_| Failure::Exited)?;
    let (head, body) = response.into_parts();
    match Limited::new(body, MOST).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(e) if e.is::<http_body_util::LengthLimitError>() => Err(Failure::TooLarge),
        Err(_) => Err(Failure::Exited),
    }
}
