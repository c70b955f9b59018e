//! A caller that sees every byte: one HTTP/1.1 connection, nothing guessed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take at most; no test waits for it to pass.
const DEADLINE: Duration = Duration::from_secs(60);

/// An answer as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The one field of this name.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|field| field.0 == name);
        let first = values.next().map(|field| field.1.as_str());
        assert!(
            values.next().is_none(),
            "{name} stands twice in {:?}",
            self.headers
        );
        first
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }
}

/// A request as it goes over the wire, with its length where it has a body.
pub(crate) fn request(
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut raw = format!("{method} {target} HTTP/1.1\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        raw.push_str("Host: pictures.test\r\n");
    }
    for (name, value) in headers {
        raw.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        raw.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    raw.push_str("\r\n");
    let mut raw = raw.into_bytes();
    raw.extend_from_slice(body);
    raw
}

/// One connection.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) fn send(&mut self, raw: &[u8]) {
        self.0.get_mut().write_all(raw).unwrap();
    }

    /// Reads the answer to a request with this method.
    pub(crate) fn read(&mut self, method: &str) -> Reply {
        self.try_read(method)
            .expect("the connection ended before the answer")
    }

    /// The same; `None` when the connection ended first.
    pub(crate) fn try_read(&mut self, method: &str) -> Option<Reply> {
        let first = self.line()?;
        let status = first
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .unwrap_or_else(|| panic!("{first:?}"));
        let status = status.parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?}"));
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        if method != "HEAD" && status != 204 && status != 304 {
            assert_eq!(reply.header("transfer-encoding"), None, "{reply:?}");
            let length = reply
                .header("content-length")
                .unwrap_or_else(|| panic!("no length: {reply:?}"));
            reply.body = vec![0; length.parse().unwrap()];
            self.0.read_exact(&mut reply.body).ok()?;
        }
        Some(reply)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0
            .read_line(&mut line)
            .ok()
            .filter(|length| *length > 0)?;
        Some(
            line.strip_suffix("\r\n")
                .unwrap_or_else(|| panic!("{line:?}"))
                .to_owned(),
        )
    }

    /// Everything until the other side hangs up.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // A connection that is reset has said what it had to say.
        let _ = self.0.read_to_end(&mut rest);
        rest
    }

    /// The connection ends here, without another byte.
    #[track_caller]
    pub(crate) fn ended(self) {
        let rest = self.rest();
        assert!(
            rest.is_empty(),
            "after the answer: {:?}",
            String::from_utf8_lossy(&rest)
        );
    }
}

/// One request on a connection of its own, which has to end with the answer.
#[track_caller]
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut connection = Connection::open(address);
    let headers = [headers, &[("Connection", "close")]].concat();
    connection.send(&request(method, target, &headers, body));
    let reply = connection.read(method);
    connection.ended();
    reply
}

#[track_caller]
pub(crate) fn get(address: SocketAddr, target: &str) -> Reply {
    ask(address, "GET", target, &[], b"")
}
