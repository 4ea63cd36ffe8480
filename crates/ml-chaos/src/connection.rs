//! One connection through a proxy.

use std::io;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;

use crate::Break;
use crate::backend::Backend;
use crate::frontend::Frontend;
use crate::proxy::Shared;

/// How long the server is given to do what a message says that it does not answer.
const UNANSWERED: Duration = Duration::from_millis(20);

/// What the side of the client knows of that of the server, and tells it.
struct ServerSide {
    /// Its answers are not passed on any more.
    quiet: watch::Sender<bool>,
    /// How many requests have ended, of how many.
    ended: watch::Receiver<u64>,
    asked: u64,
}

/// Serves one, until a side goes or it is broken.
pub(crate) async fn serve(client: TcpStream, shared: &Shared) -> io::Result<()> {
    let server = TcpStream::connect(shared.server()).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (answered, ended) = watch::channel(0);
    let (quiet, muted) = watch::channel(false);
    let server_side = ServerSide {
        quiet,
        ended,
        asked: 1, // the start of the session
    };
    let (mut frontend, mut from_client) = (Frontend::default(), from_client);
    let met = tokio::select! {
        met = requests(&mut from_client, &to_server, &mut frontend, shared, server_side) => met?,
        ended = answers(&from_server, &to_client, (muted, answered), shared) => return ended,
    };
    let Some((ty, at)) = met else {
        return Ok(());
    };
    match at {
        Break::Reset => {
            to_client.as_ref().set_zero_linger()?;
            to_server.as_ref().set_zero_linger()?;
            // dropped, they would say goodbye first
            to_client.forget();
            to_server.forget();
            Ok(())
        }
        Break::Hole => std::future::pending().await,
        Break::Refused(code) => {
            drop((from_server, to_server));
            let mut refusal = Refusal {
                client: to_client,
                is_ready: false,
            };
            refusal.client.write_all(&error(code)).await?;
            refusal.hear(ty).await?;
            refusal.hear_out(from_client, frontend).await
        }
        Break::Before | Break::Within | Break::After => Ok(()),
    }
}

/// Passes on what the client sends up to a message that is to be broken, and as much of that as is to get through.
async fn requests(
    client: &mut OwnedReadHalf,
    server: &OwnedWriteHalf,
    frontend: &mut Frontend,
    shared: &Shared,
    mut other: ServerSide,
) -> io::Result<Option<(char, Break)>> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = client.read(&mut buffer).await?;
        if read == 0 {
            return Ok(None);
        }
        frontend.push(&buffer[..read]);
        let mut through = Vec::new();
        while let Some((ty, message)) = frontend.next() {
            let (fault, latch) = shared.note(ty, &message);
            if let Some(latch) = latch {
                pass(&through, server.as_ref(), shared).await?;
                through.clear();
                latch.wait().await;
            }
            match fault {
                None => {
                    other.asked += u64::from("SQ".contains(ty));
                    through.extend_from_slice(&message);
                }
                Some(at) => {
                    pass(&through, server.as_ref(), shared).await?;
                    end(server.as_ref(), &message, at, other).await?;
                    return Ok(Some((ty, at)));
                }
            }
        }
        pass(&through, server.as_ref(), shared).await?;
    }
}

/// Lets as much of a message through as is to be.
async fn end(
    server: &TcpStream,
    message: &Bytes,
    at: Break,
    mut other: ServerSide,
) -> io::Result<()> {
    match at {
        Break::Before | Break::Hole | Break::Reset => Ok(()),
        // or the error would be taken for the answer to what was asked before
        Break::Refused(_) => {
            let all = other.asked;
            let _ = other.ended.wait_for(|ended| *ended >= all).await;
            Ok(())
        }
        Break::Within => send(server, &message[..message.len() / 2]).await,
        Break::After => {
            let _ = other.quiet.send(true);
            send(server, message).await?;
            tokio::time::sleep(UNANSWERED).await;
            Ok(())
        }
    }
}

/// Passes on what the server answers, until it is to be quiet.
async fn answers(
    server: &OwnedReadHalf,
    client: &OwnedWriteHalf,
    (muted, answered): (watch::Receiver<bool>, watch::Sender<u64>),
    shared: &Shared,
) -> io::Result<()> {
    let mut backend = Backend::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = receive(server.as_ref(), &mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        if !*muted.borrow() {
            pass(&buffer[..read], client.as_ref(), shared).await?;
        }
        answered.send_modify(|ended| *ended += backend.push(&buffer[..read]));
    }
}

/// Sends bytes at the pace of the proxy.
async fn pass(bytes: &[u8], to: &TcpStream, shared: &Shared) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let pace = shared.pace();
        let (piece, more) = rest.split_at(rest.len().min(pace.piece()));
        let time = pace.time(piece.len());
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
        send(to, piece).await?;
        rest = more;
    }
    Ok(())
}

async fn send(to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        to.writable().await?;
        match to.try_write(bytes) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn receive(from: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        from.readable().await?;
        match from.try_read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            read => return read,
        }
    }
}

/// Answers in the server's place: that it is ready again, once the client asks for that. Whatever comes then ends the
/// connection.
struct Refusal {
    client: OwnedWriteHalf,
    is_ready: bool,
}

impl Refusal {
    async fn hear(&mut self, ty: char) -> io::Result<()> {
        if "SQ".contains(ty) {
            self.client.write_all(b"Z\0\0\0\x05E").await?;
            self.is_ready = true;
        }
        Ok(())
    }

    async fn hear_out(
        mut self,
        mut client: OwnedReadHalf,
        mut frontend: Frontend,
    ) -> io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            while let Some((ty, _)) = frontend.next() {
                if self.is_ready {
                    return Ok(());
                }
                self.hear(ty).await?;
            }
            let read = client.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            frontend.push(&buffer[..read]);
        }
    }
}

/// An ErrorResponse. Source: PostgreSQL documentation, "Error and Notice Message Fields".
fn error(code: &str) -> Bytes {
    let mut fields = BytesMut::new();
    for (field, value) in [
        (b'S', "ERROR"),
        (b'V', "ERROR"),
        (b'C', code),
        (b'M', "refused by the proxy"),
    ] {
        fields.put_u8(field);
        fields.put_slice(value.as_bytes());
        fields.put_u8(0);
    }
    fields.put_u8(0);
    let mut message = BytesMut::new();
    message.put_u8(b'E');
    message.put_u32(fields.len() as u32 + 4);
    message.put_slice(&fields);
    message.freeze()
}
