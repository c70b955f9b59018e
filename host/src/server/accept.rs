//! Takes connections and hands them out.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::worker::{Shared, Worker};
use crate::refusal::OVERLOADED;

/// How long to wait when the system has no file descriptor left.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a refused caller may take to read why.
const FAREWELL: Duration = Duration::from_secs(1);

/// Refused callers that are told why at once; the rest are only hung up on.
const FAREWELLS: usize = 64;

/// Starts the thread that accepts.
pub(super) fn start(
    listener: TcpListener,
    workers: Vec<Worker>,
    shared: Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Builder::new().name("accept".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(&listener, &workers, &shared) => {}
                _ = stopped.wait_for(|stop| *stop) => {}
            }
        });
    })
}

async fn accept(listener: &tokio::net::TcpListener, workers: &[Worker], shared: &Arc<Shared>) {
    let farewells = Arc::new(tokio::sync::Semaphore::new(FAREWELLS));
    let farewell: Arc<[u8]> = shared.options.refusals.raw(OVERLOADED).into();
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        if shared.connections.load(Ordering::Relaxed) >= shared.options.connections {
            if let Ok(permit) = Arc::clone(&farewells).try_acquire_owned() {
                let farewell = Arc::clone(&farewell);
                tokio::spawn(async move {
                    let _ = timeout(FAREWELL, refuse(stream, &farewell)).await;
                    drop(permit);
                });
            }
            continue;
        }
        if let Some(stream) = plain(stream) {
            hand_out(stream, peer, workers, shared);
        }
    }
}

/// The stream, free of this thread's runtime.
fn plain(stream: tokio::net::TcpStream) -> Option<TcpStream> {
    // Without it the last packet of an answer may wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    stream.into_std().ok()
}

fn hand_out(stream: TcpStream, peer: SocketAddr, workers: &[Worker], shared: &Arc<Shared>) {
    let fewest = workers.iter().min_by_key(|worker| worker.connections());
    if let Some(worker) = fewest {
        worker.take(stream, peer, shared);
    }
}

/// Says that there is no room and waits until the caller has hung up, because
/// closing on unread bytes would take the answer back.
async fn refuse(mut stream: tokio::net::TcpStream, farewell: &[u8]) -> io::Result<()> {
    stream.write_all(farewell).await?;
    stream.shutdown().await?;
    let mut sink = [0; 1024];
    while stream.read(&mut sink).await? > 0 {}
    Ok(())
}
