//! What is read, and the hash of it: of a file taken before anything is loaded, since the ledger asks for it first.

use std::io;
use std::path::Path;

use ml_core::{Error, Fingerprint, Result};
use tokio::fs::{self, File};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt};

use crate::received::Received;

const BLOCK: usize = 1 << 20;

/// Bytes as they come, of a file or of any other reader.
pub(crate) type Bytes = Box<dyn AsyncRead + Send + Unpin>;

/// A source that is open and not read.
pub(crate) struct Content {
    pub(crate) bytes: Bytes,
    /// The hash of the bytes as received; `None` where they can be read only once.
    pub(crate) sha256: Option<Fingerprint>,
    /// How many there are, where that is known.
    pub(crate) length: Option<u64>,
}

impl Content {
    /// Opens a file, hashes it as received and goes back to its start.
    ///
    /// # Errors
    /// [`Source`](ml_core::Kind::Source) when it is missing, a folder, empty or cannot be read.
    pub(crate) async fn of(path: &Path) -> Result<Self> {
        let unreadable = |cause: io::Error| {
            let path = path.display();
            Error::source(format!(
                "cannot read {path}: check its name and your rights"
            ))
            .because(cause)
        };
        let refused = |what: &str| {
            Err(Error::source(format!(
                "cannot read {}: {what}",
                path.display()
            )))
        };
        let metadata = fs::metadata(path).await.map_err(unreadable)?;
        if metadata.is_dir() {
            return refused("it is a folder; pass the files in it, which csv_files lists");
        }
        if !metadata.is_file() {
            return refused(
                "it is no regular file, and a file is read twice; pass it to reading, or copy its content into one",
            );
        }
        let mut file = File::open(path).await.map_err(unreadable)?;
        let received = digest(&mut file).await.map_err(unreadable)?;
        if received.bytes() == 0 {
            return refused("it is empty; expected a header with the names of the columns");
        }
        Ok(Content {
            bytes: Box::new(file),
            sha256: Some(received.fingerprint()),
            length: Some(received.bytes()),
        })
    }

    /// What a reader gives, once.
    pub(crate) fn once(bytes: Bytes) -> Self {
        Content {
            bytes,
            sha256: None,
            length: None,
        }
    }
}

async fn digest(file: &mut File) -> io::Result<Received> {
    let received = Received::default();
    let mut block = Vec::with_capacity(BLOCK);
    while file.read_buf(&mut block).await? > 0 {
        received.add(&block);
        block.clear();
    }
    file.rewind().await?;
    Ok(received)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use proptest::prelude::*;

    use super::*;

    fn key(path: &Path, bytes: &[u8], age: u64) -> Fingerprint {
        std::fs::write(path, bytes).unwrap();
        let at = SystemTime::now() - Duration::from_secs(age);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(at).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let content = runtime.unwrap().block_on(Content::of(path)).unwrap();
        content.sha256.unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// P10: the key of a content is that of its bytes, whatever its name and its age.
        #[test]
        fn equal_bytes_have_equal_keys(
            one in prop::collection::vec(0..3_u8, 1..4), other in prop::collection::vec(0..3_u8, 1..4),
            name in "[a-z]{1,9}", age in 0..1_000_000_000_u64,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let first = key(&folder.path().join("first.csv"), &one, 0);
            let again = key(&folder.path().join(name), &other, age);
            prop_assert_eq!(first == again, one == other);
            prop_assert_eq!(again, Fingerprint::of(&other));
        }
    }
}
