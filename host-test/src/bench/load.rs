//! The load: a process that keeps connections open and asks on each again as
//! soon as it has its answer.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

use super::child::{Part, say, wait};
use super::{CONNECTIONS, PATIENCE, Result, wire};

/// Its name as a part.
pub(super) const PART: &str = "load";

/// A load that is connected and waits.
#[derive(Debug)]
pub(super) struct Load(Part);

/// What was asked and answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    pub(super) requests: u64,
    pub(super) wall: Duration,
}

impl Load {
    /// Connects, and asks once on each connection.
    pub(super) fn connect(
        address: SocketAddr,
        target: &str,
        status: u16,
        requests: u64,
    ) -> Result<Self> {
        let mut part = Part::start(
            PART,
            &[
                address.to_string(),
                target.to_owned(),
                status.to_string(),
                CONNECTIONS.to_string(),
                requests.to_string(),
            ],
        )?;
        part.line()?;
        Ok(Self(part))
    }

    /// Asks until enough requests were answered or [`PATIENCE`] is over.
    pub(super) fn run(mut self) -> Result<Report> {
        self.0.go()?;
        let line = self.0.line()?;
        let (requests, nanos) = line.split_once(' ').ok_or("the load reports no numbers")?;
        Ok(Report {
            requests: requests.parse()?,
            wall: Duration::from_nanos(nanos.parse()?),
        })
    }
}

/// The part itself. It never sleeps: otherwise every answer of a slow server
/// would pay for waking it, and those of a fast one would not.
pub(super) fn part(
    address: SocketAddr,
    target: &str,
    status: u16,
    connections: usize,
    requests: u64,
) -> Result<()> {
    let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut open = Vec::with_capacity(connections);
    for number in 0..connections {
        let mut connection = Connection::open(address, target, status)?;
        connection.ask()?;
        while !connection.answered()? {}
        connection.stream.set_nonblocking(true)?;
        let data = epoll::EventData::new_u64(number as u64);
        epoll::add(&ready, &connection.stream, data, epoll::EventFlags::IN)?;
        open.push(connection);
    }
    say("ready")?;
    wait()?;
    let started = Instant::now();
    let (mut asked, mut answered) = (0, 0);
    for connection in &mut open {
        if asked < requests {
            connection.ask()?;
            asked += 1;
        }
    }
    let mut events = Vec::with_capacity(connections);
    while answered < asked {
        events.clear();
        epoll::wait(&ready, spare_capacity(&mut events), Some(&NOW))?;
        let more = started.elapsed() < PATIENCE;
        for event in &events {
            let number = usize::try_from(event.data.u64())?;
            let connection = open.get_mut(number).ok_or("an event of no connection")?;
            if connection.answered()? {
                answered += 1;
                if more && asked < requests {
                    connection.ask()?;
                    asked += 1;
                }
            }
        }
    }
    say(&format!("{answered} {}", started.elapsed().as_nanos()))
}

/// How long to wait for an event: not at all.
const NOW: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

struct Connection {
    stream: TcpStream,
    bytes: Vec<u8>,
    /// How many of the bytes are the answer's so far.
    filled: usize,
    request: Vec<u8>,
    /// What every answer must say.
    status: u16,
}

impl Connection {
    fn open(address: SocketAddr, target: &str, status: u16) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            bytes: vec![0; 32 << 10],
            filled: 0,
            request: wire::request(target),
            status,
        })
    }

    fn ask(&mut self) -> Result<()> {
        self.filled = 0;
        Ok(self.stream.write_all(&self.request)?)
    }

    /// Reads what there is; whether the answer is whole.
    fn answered(&mut self) -> Result<bool> {
        if self.filled == self.bytes.len() {
            self.bytes.resize(2 * self.filled, 0);
        }
        let free = self.bytes.get_mut(self.filled..).unwrap_or_default();
        let read = self.stream.read(free)?;
        if read == 0 {
            return Err("the server closed a connection".into());
        }
        self.filled += read;
        match wire::whole(self.bytes.get(..self.filled).unwrap_or_default())? {
            None => Ok(false),
            Some((status, length)) if (status, length) == (self.status, self.filled) => Ok(true),
            Some((status, _)) => Err(format!("{status} instead of {}", self.status).into()),
        }
    }
}
