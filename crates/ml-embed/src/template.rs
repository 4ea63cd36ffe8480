//! An initialised data directory: made once for each installation, and copied for each server.

use crate::{
    binaries::Binaries, cache::Cache, doing::Doing, error::Error, password::Password, tree,
};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

/// The data directory that others are copied from.
#[derive(Debug)]
pub(crate) struct Template {
    data: PathBuf,
}

impl Template {
    /// The template of an installation, made the first time.
    pub(crate) fn of(binaries: &Binaries, cache: &Cache) -> Result<Self, Error> {
        let made = cache.once(&name(binaries), |dir| initialise(dir, binaries))?;
        Ok(Self {
            data: made.join("data"),
        })
    }

    /// A data directory of its own, with a password of its own.
    pub(crate) fn copy(
        &self,
        to: &Path,
        password: &Password,
        binaries: &Binaries,
    ) -> Result<(), Error> {
        tree::copy(&self.data, to, &binaries.account)?;
        password.set(to, binaries)
    }
}

/// A name which another version, another installation, or another account does not share.
fn name(binaries: &Binaries) -> String {
    let mut hasher = DefaultHasher::new();
    (&binaries.version, &binaries.dir, binaries.account.name()).hash(&mut hasher);
    format!("template-{}-{:016x}", binaries.major, hasher.finish())
}

fn initialise(dir: &Path, binaries: &Binaries) -> Result<(), Error> {
    binaries.account.own(dir)?;
    // Nobody ever learns this one: each copy is given its own before it listens.
    let password = dir.join("password");
    Password::random()?.write(&password)?;
    binaries.account.own(&password)?;
    binaries.run("initdb", |initdb| {
        initdb
            .arg("-D")
            .arg(dir.join("data"))
            .arg("--pwfile")
            .arg(&password);
        initdb.args(["--username=postgres", "--encoding=UTF8", "--locale=C"]);
        // The socket needs no password: it lies in a directory which only the account can enter.
        initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256"]);
    })?;
    fs::remove_file(&password).doing("remove", &password)
}
