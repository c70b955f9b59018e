//! How the program ends when its platform says so: what is under way is
//! answered, and the status is 0.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use edgepick_host::COMPONENT;
use edgepick_host::runner_engine::{self, Architecture};
use tempfile::TempDir;

/// Far from what anything takes on a machine that is busy with others.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program in a folder as `edgepick pack` makes it. Ends with the test.
struct Program {
    child: Child,
    stderr: BufReader<ChildStderr>,
    _folder: TempDir,
}

impl Program {
    fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let program = Command::new(env!("CARGO_BIN_EXE_edgepick-runner"));
        Self::of(program, arguments, environment)
    }

    fn of(mut program: Command, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let component = runner_engine::precompile(COMPONENT, Architecture::OWN).unwrap();
        fs::write(folder.path().join("component.cwasm"), component).unwrap();
        fs::write(folder.path().join("list.txt"), "https://i.example/1.webp\n").unwrap();
        let mut child = program
            .args(arguments)
            .arg("--dir")
            .arg(folder.path())
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            stderr: BufReader::new(child.stderr.take().unwrap()),
            child,
            _folder: folder,
        }
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Its status, when it has ended.
    fn end(&mut self) -> Option<i32> {
        // Its standard error is closed by its end, whenever that comes.
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Reads to the end of a head, or of the stream.
fn head(stream: &mut impl std::io::Read) -> String {
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with("\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        text.push(char::from(byte[0]));
    }
    text
}

/// A call of the runtime interface, and the connection that it came over.
fn called(listener: &TcpListener) -> (String, TcpStream) {
    let (stream, _) = listener.accept().unwrap();
    called_again(patient(stream))
}

fn called_again(mut stream: TcpStream) -> (String, TcpStream) {
    let head = head(&mut stream);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let length = name.eq_ignore_ascii_case("content-length");
        length.then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).unwrap();
    (head.lines().next().unwrap_or_default().to_owned(), stream)
}

#[test]
fn a_server_answers_what_is_under_way_and_ends() {
    let arguments = ["--platform", "google", "--addr", "127.0.0.1:0"];
    let mut program = Program::start(&arguments, &[]);
    let mut line = String::new();
    program.stderr.read_line(&mut line).unwrap();
    let address: SocketAddr = line
        .trim()
        .strip_prefix("listening on ")
        .unwrap()
        .parse()
        .unwrap();
    let mut stream = patient(TcpStream::connect(address).unwrap());
    stream
        .write_all(
            b"GET /random HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n",
        )
        .unwrap();
    // It has begun with the request, and waits for its body.
    let begun = head(&mut stream);
    assert!(begun.starts_with("HTTP/1.1 100"), "{begun}");
    program.terminate();
    // It takes no more callers from now on.
    while TcpStream::connect(address).is_ok() {
        std::thread::sleep(Duration::from_millis(1));
    }
    stream.write_all(b"abc").unwrap();
    let answer = head(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 302"), "{answer}");
    assert_eq!(program.end(), Some(0));
}

#[test]
fn a_loop_hands_in_what_it_took_and_ends() {
    const EVENT: &str = r#"{"version":"2.0","routeKey":"$default","rawPath":"/","rawQueryString":"","headers":{"host":"a"},"requestContext":{"http":{"method":"GET","path":"/","sourceIp":"203.0.113.9"},"requestId":"x","stage":"$default"},"isBase64Encoded":false}"#;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = listener.local_addr().unwrap().to_string();
    for under_way in [false, true] {
        let environment = [("AWS_LAMBDA_RUNTIME_API", &*api)];
        let mut program = Program::start(&[], &environment);
        let (line, mut stream) = called(&listener);
        assert!(
            line.starts_with("GET /2018-06-01/runtime/invocation/next"),
            "{line}"
        );
        if under_way {
            let fields = "lambda-runtime-aws-request-id: 7\r\ncontent-length:";
            let length = EVENT.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\n{fields} {length}\r\n\r\n{EVENT}"
            )
            .unwrap();
            let (line, mut stream) = called_again(stream);
            assert!(
                line.starts_with("POST /2018-06-01/runtime/invocation/7/response"),
                "{line}"
            );
            program.terminate();
            stream
                .write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}")
                .unwrap();
        } else {
            program.terminate();
        }
        assert_eq!(program.end(), Some(0), "{under_way}");
    }
}

#[test]
fn a_loop_of_lines_ends_between_two_of_them() {
    const ACTIVATION: &[u8] = b"{\"value\":{\"__ow_method\":\"get\",\"__ow_headers\":{},\"__ow_path\":\"/\"},\"activation_id\":\"7\"}\n";
    // Results go to the descriptor 3.
    let mut shell = Command::new("/bin/sh");
    let program = env!("CARGO_BIN_EXE_edgepick-runner");
    shell.args(["-c", "exec \"$0\" \"$@\" 3>&1 >&2", program]);
    let arguments = ["--platform", "openwhisk"];
    let environment = [("__OW_WAIT_FOR_ACK", "1")];
    let mut program = Program::of(shell, &arguments, &environment);
    let mut results = BufReader::new(program.child.stdout.take().unwrap());
    let mut result = String::new();
    results.read_line(&mut result).unwrap();
    assert_eq!(result, "{\"ok\":true}\n");
    let mut input = program.child.stdin.take().unwrap();
    input.write_all(ACTIVATION).unwrap();
    result.clear();
    results.read_line(&mut result).unwrap();
    assert!(result.contains("302"), "{result}");
    program.terminate();
    assert_eq!(program.end(), Some(0));
}
