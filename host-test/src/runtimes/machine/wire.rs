//! How the harness speaks with itself across the border of the namespaces:
//! one JSON text a packet, and with it open sockets.
//!
//! A socket belongs to the network that it was made in, whoever holds it: so
//! the inner side only connects and binds, and hands the sockets out.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Most bytes of a packet.
const MOST: usize = 64 * 1024;

/// What runs, and where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The unzipped folder, outside.
    pub(crate) code: PathBuf,
    /// Where the program sees it.
    pub(crate) at: PathBuf,
    /// Whether it may write there.
    pub(crate) writable: bool,
    /// Paths of the platform's own and what they stand for here.
    pub(crate) links: Vec<(PathBuf, PathBuf)>,
    /// An empty folder, outside: it becomes the root.
    pub(crate) root: PathBuf,
    /// The program's working directory.
    pub(crate) folder: PathBuf,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// All of it: nothing is inherited.
    pub(crate) environment: Vec<(String, String)>,
    /// As which user, where that is not root. Without namespaces it is whoever
    /// runs the harness.
    pub(crate) user: Option<u32>,
    /// Where the platform's own interface listens.
    pub(crate) listen: Option<SocketAddr>,
    /// Whether it takes its port from its environment, so that others may run
    /// beside it where there are no namespaces.
    pub(crate) any_port: bool,
    /// Without namespaces.
    pub(crate) bare: bool,
}

/// What the outer side asks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    /// A connection to the program.
    Connect(SocketAddr),
    /// The most resident memory that the program and all that it started have
    /// needed.
    Memory,
    /// Whether the program, or one that it started, is on its way out.
    Ending,
    /// Send it a signal.
    Signal(i32),
}

/// What the inner side says: [`Said::Started`] or [`Said::Failed`] first, then
/// one answer to each question.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Said {
    /// The program runs; with it the socket that listens, if one was planned.
    Started,
    /// The program cannot be executed: the system's error number.
    NotStarted(i32),
    /// The namespaces could not be furnished.
    Failed(String),
    /// With it a socket that will be connected, or not.
    Connecting,
    /// No connection: the system's error number.
    Refused(i32),
    /// Bytes.
    Memory(u64),
    /// Whether one of them is.
    Ending(bool),
    /// The signal was sent.
    Sent,
}

/// Sends a packet.
pub(super) fn send(
    socket: impl AsFd,
    message: &impl Serialize,
    with: Option<BorrowedFd<'_>>,
) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let with: Vec<_> = with.into_iter().collect();
    if !with.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(&with));
    }
    let packet = [IoSlice::new(&text)];
    sendmsg(socket, &packet, &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Waits for a packet.
pub(super) fn receive<T: DeserializeOwned>(socket: impl AsFd) -> io::Result<(T, Option<OwnedFd>)> {
    let mut text = vec![0; MOST];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut packet = [IoSliceMut::new(&mut text)];
    let received = recvmsg(socket, &mut packet, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    let with = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
        _ => None,
    });
    if received.bytes == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let text = text.get(..received.bytes).unwrap_or_default();
    Ok((serde_json::from_slice(text)?, with))
}
