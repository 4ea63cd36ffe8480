//! From bytes as they come to UTF-8 text: hashed, unpacked, decoded, each by a reader over the one before it.

use std::io::{self, Cursor};

use tokio::io::{AsyncRead, AsyncReadExt, Chain};

use crate::codec::Codec;
use crate::content::Bytes;
use crate::decoding::Decoding;
use crate::received::{Hashing, Received};
use crate::{Encoding, Limits};

/// How much of a text is looked at to tell whether it is one.
const HEAD: usize = 1 << 10;

/// How many bytes tell a codec.
const MAGIC: usize = 10;

/// Why bytes are not the text they should be; a cause of errors.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Illegible {
    #[error("it is empty; expected records, and where they are CSV a header before them")]
    Empty,
    #[error("encoding.suspect: {0}; declare its encoding, or save the file in UTF-8")]
    Encoding(&'static str),
    #[error("decode.{0}: it ends in mid-stream; get it again, it is not complete")]
    Truncated(Codec),
    #[error("decode.{0}: it is corrupt, or something else follows it; get it again")]
    Corrupt(Codec),
    #[error(
        "decode.bomb: {1} bytes came out of {2} bytes of {0}; if that is right, raise the ratio of its limits"
    )]
    Bomb(Codec, u64, u64),
    #[error(
        "decode.bomb: more than {1} bytes came out of {0}; if that is right, raise the cap of its limits"
    )]
    Large(Codec, u64),
}

impl From<Illegible> for io::Error {
    fn from(illegible: Illegible) -> Self {
        io::Error::new(io::ErrorKind::InvalidData, illegible)
    }
}

/// The text of `bytes`, which are entered in `received` as they come.
///
/// UTF-8 passes as it is, to the byte.
pub(crate) async fn text(
    bytes: Bytes,
    received: &Received,
    declared: Option<Encoding>,
    limits: &Limits,
) -> io::Result<Bytes> {
    let bytes = Hashing::new(bytes, received.clone());
    let (head, bytes) = look(bytes, MAGIC).await?;
    if head.is_empty() {
        return Err(Illegible::Empty.into());
    }
    let bytes: Bytes = match Codec::of(&head) {
        Some(codec) => codec.unpack(bytes, received, limits),
        None => Box::new(bytes),
    };
    let (head, bytes) = look(bytes, HEAD).await?;
    let encoding = declared.map_or_else(|| Encoding::of(&head).map_err(Illegible::Encoding), Ok)?;
    Ok(match encoding {
        Encoding::Utf8 => Box::new(bytes),
        other => Box::new(Decoding::new(bytes, other)),
    })
}

/// The first bytes, and all of them again.
async fn look<F: AsyncRead + Unpin>(
    mut file: F,
    most: usize,
) -> io::Result<(Vec<u8>, Chain<Cursor<Vec<u8>>, F>)> {
    let mut head = Vec::new();
    (&mut file).take(most as u64).read_to_end(&mut head).await?;
    Ok((head.clone(), Cursor::new(head).chain(file)))
}
