use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::frontend::Frontend;
use crate::hold::Latch;
use crate::{Break, Fault, Hold, Message};

/// How long the server is given to do what a message says that it does not answer.
const UNANSWERED: Duration = Duration::from_millis(20);

/// Stands between clients and a server, counts the messages of the clients, and breaks a connection where it is told to.
/// It takes no connections any more once it is dropped.
///
/// It reads what passes, so it serves connections without TLS: those of a test to a server on this machine.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    server: String,
    /// The types of the messages that came.
    messages: Mutex<Vec<char>>,
    fault: Mutex<Option<Fault>>,
    latch: Mutex<Option<Latch>>,
}

impl Proxy {
    /// A proxy on a free port of this machine, for the server of a connection string.
    ///
    /// # Errors
    /// `InvalidInput` when the connection string is not of the form `postgres://user:password@host:port/database`; and when
    /// there is no free port.
    pub async fn start(url: &str) -> io::Result<Self> {
        let (login, server, rest) = parts(url).ok_or_else(|| {
            let expected =
                "expected a connection string as postgres://user:password@host:port/database";
            io::Error::new(io::ErrorKind::InvalidInput, expected)
        })?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let here = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server: server.to_owned(),
            messages: Mutex::default(),
            fault: Mutex::new(None),
            latch: Mutex::new(None),
        });
        Ok(Proxy {
            url: format!("{login}@{here}/{rest}"),
            accepting: tokio::spawn(accept(listener, Arc::clone(&shared))),
            shared,
        })
    }

    /// The same connection string, by way of the proxy.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// How many messages of clients have come so far.
    pub fn messages(&self) -> u64 {
        lock(&self.shared.messages).len() as u64
    }

    /// Their types: `Q` a query, `P` parse, `B` bind, `D` describe, `E` execute, `S` sync, `d` a piece of a COPY, `c` its end,
    /// `f` that it failed, `p` a password, `X` goodbye; and `-` for those that start a session, which have none.
    pub fn message_types(&self) -> Vec<char> {
        lock(&self.shared.messages).clone()
    }

    /// Breaks the connection that a message comes on, once.
    pub fn plan(&self, fault: Fault) {
        *lock(&self.shared.fault) = Some(fault);
    }

    /// Holds a message back, once: what is to happen in the middle of a run happens then.
    pub fn hold(&self, message: Message) -> Hold {
        let (hold, latch) = Hold::of(message);
        *lock(&self.shared.latch) = Some(latch);
        hold
    }

    /// Whether what was planned is still to come.
    pub fn is_pending(&self) -> bool {
        lock(&self.shared.fault).is_some()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What is before the address, the address, and the database.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (login, rest) = url.rsplit_once('@')?;
    let (server, database) = rest.split_once('/')?;
    Some((login, server, database))
}

/// What is behind it is whole at any time, so that nobody's panic in the middle of it matters.
fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Takes note of a message; answers how the connection is to break at it, and what holds it back.
    fn note(&self, ty: char, bytes: &[u8]) -> (Option<Break>, Option<Latch>) {
        let mut messages = lock(&self.messages);
        messages.push(ty);
        let nth = messages.len() as u64;
        let planned = lock(&self.fault).take_if(|fault| fault.message.is(nth, bytes));
        let latch = lock(&self.latch).take_if(|latch| latch.message.is(nth, bytes));
        (planned.map(|fault| fault.at), latch)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // a side that goes ends the connection, as it would without a proxy
            let _ = serve(client, &shared).await;
        });
    }
}

/// One connection, until a side goes or it is broken.
async fn serve(client: TcpStream, shared: &Shared) -> io::Result<()> {
    let server = TcpStream::connect(&shared.server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (quiet, muted) = watch::channel(false);
    tokio::select! {
        ended = requests(from_client, to_server, shared, &quiet) => ended,
        ended = answers(from_server, to_client, muted) => ended,
    }
}

async fn requests(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    shared: &Shared,
    quiet: &watch::Sender<bool>,
) -> io::Result<()> {
    let (mut frontend, mut buffer) = (Frontend::default(), vec![0; 64 << 10]);
    loop {
        let read = client.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        frontend.push(&buffer[..read]);
        let mut through = Vec::new();
        while let Some((ty, message)) = frontend.next() {
            let (fault, latch) = shared.note(ty, &message);
            if let Some(latch) = latch {
                server.write_all(&through).await?;
                through.clear();
                latch.wait().await;
            }
            match fault {
                None => through.extend_from_slice(&message),
                Some(at) => {
                    server.write_all(&through).await?;
                    return end(server, &message, at, quiet).await;
                }
            }
        }
        server.write_all(&through).await?;
    }
}

/// Lets as much of a message through as it is to be; the connection ends when this returns.
async fn end(
    mut server: OwnedWriteHalf,
    message: &Bytes,
    at: Break,
    quiet: &watch::Sender<bool>,
) -> io::Result<()> {
    match at {
        Break::Before => Ok(()),
        Break::Within => server.write_all(&message[..message.len() / 2]).await,
        Break::After => {
            let _ = quiet.send(true);
            server.write_all(message).await?;
            tokio::time::sleep(UNANSWERED).await;
            Ok(())
        }
    }
}

/// Passes on what the server answers, until it is to be quiet.
async fn answers(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    mut muted: watch::Receiver<bool>,
) -> io::Result<()> {
    tokio::select! {
        biased;
        _ = muted.wait_for(|muted| *muted) => {}
        copied = copy(&mut server, &mut client) => return copied.map(drop),
    }
    let mut unheard = tokio::io::sink();
    copy(&mut server, &mut unheard).await.map(drop)
}
