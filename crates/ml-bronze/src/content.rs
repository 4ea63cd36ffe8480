//! A file and the hash of its content, taken before anything is loaded: the ledger asks for it first.

use std::io;
use std::path::Path;

use ml_core::{Error, Fingerprint, Result};
use sha2::{Digest, Sha256};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncSeekExt};

const BLOCK: usize = 1 << 20;

/// Opens a file, hashes it as received and goes back to its start.
///
/// # Errors
/// [`Source`](ml_core::Kind::Source) when it is missing, a folder, empty or cannot be read.
pub(crate) async fn open(path: &Path) -> Result<(File, Fingerprint)> {
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
            "it is no regular file, and a file is read twice; copy its content into one",
        );
    }
    let mut file = File::open(path).await.map_err(unreadable)?;
    let (sha256, length) = digest(&mut file).await.map_err(unreadable)?;
    if length == 0 {
        return refused("it is empty; expected a header with the names of the columns");
    }
    Ok((file, sha256))
}

async fn digest(file: &mut File) -> io::Result<(Fingerprint, u64)> {
    let mut sha256 = Sha256::new();
    let mut block = Vec::with_capacity(BLOCK);
    let mut length = 0;
    while file.read_buf(&mut block).await? > 0 {
        sha256.update(&block);
        length += block.len() as u64;
        block.clear();
    }
    file.rewind().await?;
    Ok((Fingerprint::new(sha256.finalize().into()), length))
}
