use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::hold::Latch;
use crate::{Break, Fault, Hold, Message, Pace, connection};

/// Stands between clients and a server, counts the messages of the clients, and breaks a connection where it is told to.
/// Its connections end when it is dropped.
///
/// It reads what passes, so it serves connections without TLS: those of a test to a server on this machine.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    server: String,
    /// The types of the messages that came.
    messages: Mutex<Vec<char>>,
    fault: Mutex<Option<Fault>>,
    latch: Mutex<Option<Latch>>,
    pace: Mutex<Pace>,
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
            fault: Mutex::default(),
            latch: Mutex::default(),
            pace: Mutex::default(),
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

    /// Lets bytes pass at this pace from now on, on each connection and each way.
    pub fn pace(&self, pace: Pace) {
        *lock(&self.shared.pace) = pace;
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
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    pub(crate) fn pace(&self) -> Pace {
        *lock(&self.pace)
    }

    /// Takes note of a message; answers how the connection is to break at it, and what holds it back.
    pub(crate) fn note(&self, ty: char, bytes: &[u8]) -> (Option<Break>, Option<Latch>) {
        let mut messages = lock(&self.messages);
        messages.push(ty);
        let nth = messages.len() as u64;
        let planned = lock(&self.fault).take_if(|fault| fault.message.is(nth, bytes));
        let latch = lock(&self.latch).take_if(|latch| latch.message.is(nth, bytes));
        (planned.map(|fault| fault.at), latch)
    }
}

/// Takes connections until it is aborted, which ends them all.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // a side that goes ends the connection, as it would without a proxy
            let _ = connection::serve(client, &shared).await;
        });
        while connections.try_join_next().is_some() {}
    }
}
