//! Where one cluster lives: its data, its password and its log.

use crate::{
    account::Account, binaries::Binaries, cache::Cache, doing::Doing, error::Error, lock::Lock,
    password::Password, template::Template, tree,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

/// The directory of a cluster.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    /// Held for a kept directory, by this process and then by the supervisor alone.
    lock: Option<Lock>,
}

impl Home {
    /// A home in a directory which nobody else knows of.
    pub(crate) fn temporary(scratch: &Path) -> Self {
        Self {
            dir: scratch.to_owned(),
            lock: None,
        }
    }

    /// A home in a directory which stays, and which only one server may use at a time.
    pub(crate) fn kept(dir: &Path, account: &Account) -> Result<Self, Error> {
        fs::create_dir_all(dir).doing("create", dir)?;
        let dir = fs::canonicalize(dir).doing("look at", dir)?;
        account.let_in(&dir)?;
        account.reach(&dir)?;
        let lock = Some(Lock::take(&dir)?);
        Ok(Self { dir, lock })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    fn password(&self) -> PathBuf {
        self.dir.join("password")
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.lock.is_some()
    }

    /// What the supervisor must hold as long as it lives.
    pub(crate) fn lock(&self) -> Result<Stdio, Error> {
        self.lock.as_ref().map_or(Ok(Stdio::null()), Lock::share)
    }

    /// The major version that made the data, if there is any yet.
    pub(crate) fn version(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data().join("PG_VERSION")).ok()?;
        text.trim().parse().ok()
    }

    /// Sees that there is data for this installation to serve; returns the password to it.
    pub(crate) fn prepare(&self, binaries: &Binaries, cache: &Cache) -> Result<Password, Error> {
        match self.version() {
            None => self.fill(binaries, cache),
            Some(made) if made == binaries.major => Password::read(&self.password()),
            Some(made) => Err(Error::OtherVersion {
                dir: self.dir.clone(),
                made,
                found: binaries.major,
            }),
        }
    }

    /// The data appears in one step, after its password: killed half way, this begins again.
    fn fill(&self, binaries: &Binaries, cache: &Cache) -> Result<Password, Error> {
        let (data, unfinished) = (self.data(), self.dir.join("data.new"));
        tree::remove(&unfinished)?;
        let password = Password::random()?;
        Template::of(binaries, cache)?.copy(&unfinished, &password, binaries)?;
        if self.is_kept() {
            binaries.run("initdb", |initdb| {
                initdb.arg("--sync-only").arg("-D").arg(&unfinished);
            })?;
        }
        password.write(&self.password())?;
        fs::rename(&unfinished, &data).doing("create", &data)?;
        Ok(password)
    }
}
