//! The lock which keeps others out of a kept directory.

use crate::{doing::Doing, error::Error};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long the server of an owner who is gone may take to go down.
const WINDING_DOWN: Duration = Duration::from_secs(15);

/// A locked file, which tells the process that took the lock. The system gives the lock up when the
/// last copy of the open file is closed.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of a directory, if nobody who lives has it. A server whose owner was killed
    /// is given time to go.
    pub(crate) fn take(dir: &Path) -> Result<Self, Error> {
        let mut lock = Self::open(dir.join("lock"))?;
        let patience = Instant::now() + WINDING_DOWN;
        while !lock.try_lock()? {
            let process = lock.holder();
            if alive(process) || Instant::now() > patience {
                return Err(Error::InUse {
                    dir: dir.to_owned(),
                    process,
                });
            }
            thread::sleep(Duration::from_millis(20));
        }
        lock.sign()?;
        Ok(lock)
    }

    fn open(path: PathBuf) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        options.truncate(false).mode(0o600);
        let file = options.open(&path).doing("open", &path)?;
        Ok(Self { file, path })
    }

    fn try_lock(&self) -> Result<bool, Error> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(source)) => Err(source).doing("lock", &self.path),
        }
    }

    /// The process which took the lock, or 0 when it has not signed yet.
    fn holder(&self) -> u32 {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        text.trim().parse().unwrap_or_default()
    }

    fn sign(&mut self) -> Result<(), Error> {
        let emptied = self.file.set_len(0);
        let signed = emptied.and_then(|()| writeln!(self.file, "{}", process::id()));
        signed.doing("write", &self.path)
    }

    /// A copy of the open file, for a process which is to hold the lock too.
    pub(crate) fn share(&self) -> Result<Stdio, Error> {
        let file = self.file.try_clone().doing("share", &self.path)?;
        Ok(file.into())
    }
}

fn alive(process: u32) -> bool {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", "kill -0 \"$1\"", "sh"])
        .arg(process.to_string());
    shell.stderr(Stdio::null());
    process != 0 && shell.status().is_ok_and(|status| status.success())
}
