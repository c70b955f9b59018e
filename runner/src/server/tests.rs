use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use hyper::rt::{Sleep, Timer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::*;
use crate::environment::Environment;
use crate::platform::{self, Contract};
use crate::testing;

/// A clock by which every wait is over as soon as it begins.
struct Hasty;

struct Over(Ready<()>);

impl Sleep for Over {}

impl Future for Over {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl Timer for Hasty {
    fn sleep(&self, _duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(Over(ready(())))
    }

    fn sleep_until(&self, _deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(Duration::ZERO)
    }
}

/// A connection to a site as Cloud Run has it.
fn connected() -> DuplexStream {
    let kind = platform::find(Some("google"), &Environment::default());
    let kind = kind.ok().unwrap();
    let Ok(Contract::Http(_, contract)) = (kind.contract)(&Environment::default()) else {
        panic!("{} sends requests", kind.name);
    };
    let desk = Desk {
        contract,
        function: testing::function(kind.platform),
    };
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    let mut http = http();
    http.timer(Hasty);
    let connection = connection(&http, theirs, Arc::new(desk));
    tokio::spawn(async move {
        let _ = connection.await;
    });
    ours
}

/// Sends the fields of a request and gives the answer's head and body.
async fn ask(stream: &mut DuplexStream, fields: &str) -> (String, String) {
    let request = format!("GET / HTTP/1.1\r\nhost: a\r\n{fields}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") && stream.read_buf(&mut bytes).await.unwrap() > 0 {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            while bytes.len() < end + 4 + length {
                assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "{head}");
            }
            let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
            return (head, body);
        }
    }
    (String::from_utf8_lossy(&bytes).into_owned(), String::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_connection_is_idle_for_too_long() {
    let mut stream = connected();
    for _ in 0..3 {
        let (head, _) = ask(&mut stream, "").await;
        assert!(head.starts_with("HTTP/1.1 302"), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_may_be_as_large_as_a_platform_lets_through() {
    let fields = |count: usize, length: usize| -> String {
        let value = "v".repeat(length);
        (0..count).map(|n| format!("x-{n}: {value}\r\n")).collect()
    };
    for (count, length, status) in [
        (1000, 20, "302"),
        (4000, 1, "302"),
        (4, 32_000, "302"),
        (5, 40_000, "431"),
    ] {
        let (head, body) = ask(&mut connected(), &fields(count, length)).await;
        let start = format!("HTTP/1.1 {status}");
        assert!(head.starts_with(&start), "{count} of {length}: {head}");
        if status == "431" {
            assert!(body.contains("head_too_large"), "{body}");
        }
    }
}
