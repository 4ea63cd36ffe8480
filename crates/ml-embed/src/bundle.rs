//! PostgreSQL 18 out of packages which `cargo` has fetched, for machines which have none.
//!
//! The packages hold plain files, spread over three directories of cargo's registry. They are read
//! from there, and not built into the program: that keeps some 20 MB out of every test.

use crate::{cache::Cache, doing::Doing, error::Error, tree};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// What the bundled programs need of the system.
pub(crate) const NEEDS: &str = "the bundled PostgreSQL 18 needs glibc 2.38 and libstdc++ (Debian 13, Ubuntu 24.04, Fedora 39), \
     or macOS on ARM";

/// The name in the cache, of which the version of the packages is part.
const NAME: &str = "bundled-18-0.3.3";

/// The packages, and the checksum of what they hold together.
struct Payload {
    roots: [&'static str; 3],
    sha256: &'static str,
}

#[cfg(any(
    all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ),
    all(target_os = "macos", target_arch = "aarch64"),
))]
const PAYLOAD: Option<Payload> = Some(Payload {
    roots: [
        part_1::PAYLOAD_ROOT,
        part_2::PAYLOAD_ROOT,
        part_3::PAYLOAD_ROOT,
    ],
    sha256: if cfg!(target_os = "macos") {
        "7fe8bda2ed27e34b1284c336c92dceacef1fcc66aa8c2bbfe375c109acb5cccb"
    } else if cfg!(target_arch = "aarch64") {
        "68fba4d40d81731d88df2a371ab1b755f4f1adba645dadba48f9e0f411e3502d"
    } else {
        "26af7a3038e1e6eb9c912ebb07058e4bdaefe4a7e17c46ed9204f2a9d7019aff"
    },
});
#[cfg(not(any(
    all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ),
    all(target_os = "macos", target_arch = "aarch64"),
)))]
const PAYLOAD: Option<Payload> = None;

/// The directory of the bundled programs, unpacked the first time; none on a system for which
/// there are none.
pub(crate) fn unpacked(cache: &Cache) -> Result<Option<PathBuf>, Error> {
    let Some(payload) = PAYLOAD else {
        return Ok(None);
    };
    let dir = cache.once(NAME, |dir| payload.unpack(dir))?;
    Ok(Some(dir.join("bin")))
}

impl Payload {
    fn unpack(&self, into: &Path) -> Result<(), Error> {
        let mut files = Vec::new();
        for root in self.roots {
            let root = Path::new(root).join("files/runtime");
            if !root.is_dir() {
                return Err(gone(&root));
            }
            collect(&root, Path::new(""), &mut files)?;
        }
        files.sort();
        let mut sum = Sha256::new();
        for (name, path) in &files {
            let bytes = fs::read(path).doing("read", path)?;
            sum.update(name.as_os_str().as_encoded_bytes());
            sum.update(bytes.len().to_le_bytes());
            sum.update(&bytes);
            place(&into.join(name), &bytes)?;
        }
        open(into)?;
        self.check(&hex(&sum.finalize()))
    }

    fn check(&self, sum: &str) -> Result<(), Error> {
        if sum == self.sha256 {
            return Ok(());
        }
        let why = format!("its files have the checksum {sum}, and not {}", self.sha256);
        Err(Error::Bundle { why })
    }
}

fn gone(root: &Path) -> Error {
    let why = format!(
        "{}, where cargo had put it when this program was built, cannot be read: build it here",
        root.display()
    );
    Error::Bundle { why }
}

/// Every file below a directory, with its name relative to the root.
fn collect(dir: &Path, name: &Path, files: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), Error> {
    for path in tree::entries(dir)? {
        let name = name.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            collect(&path, &name, files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}

fn place(target: &Path, bytes: &[u8]) -> Result<(), Error> {
    if let Some(dir) = target.parent() {
        fs::create_dir_all(dir).doing("create", dir)?;
    }
    fs::write(target, bytes).doing("write", target)
}

/// Lets every account read and run the files, whatever the umask says: a server started by root
/// runs as another.
fn open(dir: &Path) -> Result<(), Error> {
    for path in tree::entries(dir)? {
        if path.is_dir() {
            open(&path)?;
        } else {
            fs::set_permissions(&path, Permissions::from_mode(0o755)).doing("open", &path)?;
        }
    }
    fs::set_permissions(dir, Permissions::from_mode(0o755)).doing("open", dir)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
