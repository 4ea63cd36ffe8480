//! What takes long is made once, and found again by every later process of the user.

use crate::{account::Account, doing::Doing, error::Error, tree};
use std::{
    fs::{self, DirBuilder, File},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// A directory of things made once.
#[derive(Debug)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache of the user, or, where none can be written, one that goes with the server.
    pub(crate) fn open(account: &Account, scratch: &Path) -> Result<Self, Error> {
        let usual = account.cache().filter(|dir| usable(dir, account));
        if let Some(root) = usual {
            return Ok(Self { root });
        }
        let root = scratch.join("cache");
        tree::private_dir(&root)?;
        account.own(&root)?;
        Ok(Self { root })
    }

    /// The directory of that name, built first if this is the first time. A process which comes
    /// while another builds it waits; one which was killed half way leaves nothing that counts.
    pub(crate) fn once(
        &self,
        name: &str,
        build: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<PathBuf, Error> {
        let made = self.root.join(name);
        if made.is_dir() {
            return Ok(made);
        }
        let lock = self.root.join(format!("{name}.lock"));
        let _held = File::create(&lock).and_then(|file| file.lock().map(|()| file));
        let _held = _held.doing("lock", &lock)?;
        if !made.is_dir() {
            let unfinished = self.root.join(format!("{name}.new"));
            tree::remove(&unfinished)?;
            tree::private_dir(&unfinished)?;
            build(&unfinished)?;
            fs::rename(&unfinished, &made).doing("create", &made)?;
        }
        Ok(made)
    }
}

/// Whether the directory is there, and both this process and the account can use it. Nobody else
/// may write to it: programs are run from there.
fn usable(dir: &Path, account: &Account) -> bool {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.and_then(|()| tempfile::tempfile_in(dir)).is_ok()
        && account
            .let_in(dir)
            .and_then(|()| account.reach(dir))
            .is_ok()
}

#[cfg(test)]
mod tests {
    use super::Cache;
    use crate::error::Error;
    use std::{
        fs, io,
        sync::atomic::{AtomicUsize, Ordering},
        thread,
    };

    #[test]
    fn twenty_at_once_build_once() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache {
            root: dir.path().to_owned(),
        };
        let built = AtomicUsize::new(0);
        let build = |dir: &std::path::Path| {
            built.fetch_add(1, Ordering::Relaxed);
            fs::write(dir.join("whole"), "yes").map_err(|_| unreachable!())
        };
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| assert!(cache.once("it", build).unwrap().join("whole").exists()));
            }
        });
        assert_eq!(built.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_failed_is_built_again() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache {
            root: dir.path().to_owned(),
        };
        let failed = cache.once("it", |dir| {
            fs::write(dir.join("half"), "").unwrap();
            Err(Error::Io {
                doing: String::new(),
                source: io::Error::other("no"),
            })
        });
        assert!(failed.is_err());
        assert!(!cache.once("it", |_| Ok(())).unwrap().join("half").exists());
    }
}
