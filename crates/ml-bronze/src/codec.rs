use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_compression::tokio::bufread::{BzDecoder, GzipDecoder, XzDecoder, ZstdDecoder};
use tokio::io::{AsyncRead, BufReader, ReadBuf};

use crate::Limits;
use crate::content::Bytes;
use crate::layers::Illegible;
use crate::received::Received;

/// How bytes are packed, told by the first of them and never by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// gzip (RFC 1952), of one or more members.
    Gzip,
    /// Zstandard (RFC 8878), of one or more frames.
    Zstd,
    /// bzip2, of one or more streams.
    Bzip2,
    /// xz, of one or more streams.
    Xz,
}

/// How many packed bytes are read at once: as many as the guard may be late by.
const BLOCK: usize = 16 << 10;

impl Codec {
    /// The codec of bytes that start like this; `None` for bytes that are not packed.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Codec::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Codec::Zstd),
            [
                b'B',
                b'Z',
                b'h',
                b'1'..=b'9',
                0x31,
                0x41,
                0x59,
                0x26,
                0x53,
                0x59,
                ..,
            ]
            | [
                b'B',
                b'Z',
                b'h',
                b'1'..=b'9',
                0x17,
                0x72,
                0x45,
                0x38,
                0x50,
                0x90,
                ..,
            ] => Some(Codec::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Codec::Xz),
            _ => None,
        }
    }

    /// What `bytes` unpack to, under the limits; `received` has been told of every byte that was read.
    pub(crate) fn unpack<F>(self, bytes: F, received: &Received, limits: &Limits) -> Bytes
    where
        F: AsyncRead + Send + Unpin + 'static,
    {
        let bytes = BufReader::with_capacity(BLOCK, bytes);
        macro_rules! all_members {
            ($decoder:ident) => {{
                let mut decoder = $decoder::new(bytes);
                decoder.multiple_members(true);
                Box::new(decoder)
            }};
        }
        let unpacked: Bytes = match self {
            Codec::Gzip => all_members!(GzipDecoder),
            Codec::Zstd => all_members!(ZstdDecoder),
            Codec::Bzip2 => all_members!(BzDecoder),
            Codec::Xz => all_members!(XzDecoder),
        };
        Box::new(Guarded {
            unpacked,
            codec: self,
            received: received.clone(),
            limits: *limits,
            bytes: 0,
        })
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
            Codec::Bzip2 => "bzip2",
            Codec::Xz => "xz",
        })
    }
}

/// Unpacked bytes, until there are more of them than honest data has (CWE-409).
struct Guarded {
    unpacked: Bytes,
    codec: Codec,
    received: Received,
    limits: Limits,
    /// How many came out so far.
    bytes: u64,
}

impl Guarded {
    fn check(&self) -> Result<(), Illegible> {
        let Limits {
            unpacked,
            ratio,
            free,
            ..
        } = self.limits;
        let packed = self.received.bytes();
        if self.bytes > unpacked {
            return Err(Illegible::Large(self.codec, unpacked));
        }
        if self.bytes > free && self.bytes / ratio > packed {
            return Err(Illegible::Bomb(self.codec, self.bytes, packed));
        }
        Ok(())
    }

    /// What the decoder found wrong; failures of the reader below it have a number of the system.
    fn explain(&self, cause: io::Error) -> io::Error {
        match cause.kind() {
            _ if cause.raw_os_error().is_some() => cause,
            io::ErrorKind::UnexpectedEof => Illegible::Truncated(self.codec).into(),
            _ => Illegible::Corrupt(self.codec).into(),
        }
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let guarded = self.get_mut();
        let from = out.filled().len();
        let polled = ready!(Pin::new(&mut guarded.unpacked).poll_read(context, out));
        polled.map_err(|cause| guarded.explain(cause))?;
        guarded.bytes += (out.filled().len() - from) as u64;
        Poll::Ready(guarded.check().map_err(io::Error::from))
    }
}

/// What the tests read back.
#[cfg(test)]
impl Codec {
    pub(crate) const ALL: [Codec; 4] = [Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];

    pub(crate) fn pack(self, bytes: &[u8]) -> Vec<u8> {
        use async_compression::tokio::bufread::{BzEncoder, GzipEncoder, XzEncoder, ZstdEncoder};
        use tokio::io::AsyncReadExt;

        let mut packed = Vec::new();
        let bytes = std::io::Cursor::new(bytes);
        crate::laws::run(async {
            match self {
                Codec::Gzip => GzipEncoder::new(bytes).read_to_end(&mut packed).await,
                Codec::Zstd => ZstdEncoder::new(bytes).read_to_end(&mut packed).await,
                Codec::Bzip2 => BzEncoder::new(bytes).read_to_end(&mut packed).await,
                Codec::Xz => XzEncoder::new(bytes).read_to_end(&mut packed).await,
            }
        })
        .unwrap();
        packed
    }
}
