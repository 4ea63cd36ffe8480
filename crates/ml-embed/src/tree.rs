//! Directories and files as wholes: copying, removing, handing over.

use crate::{account::Account, doing::Doing, error::Error};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Makes a directory which only its owner can enter.
pub(crate) fn private_dir(dir: &Path) -> Result<(), Error> {
    DirBuilder::new()
        .mode(0o700)
        .create(dir)
        .doing("create", dir)
}

/// Opens a file, empty, which only its owner can read.
pub(crate) fn private_file(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).doing("write", path)
}

/// Writes a file which only its owner can read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    let mut file = private_file(path)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.doing("write", path)
}

/// Copies a directory into a new one that belongs to the account.
pub(crate) fn copy(from: &Path, to: &Path, account: &Account) -> Result<(), Error> {
    private_dir(to)?;
    account.own(to)?;
    for path in entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target, account)?;
        } else {
            fs::copy(&path, &target).doing("copy to", &target)?;
            account.own(&target)?;
        }
    }
    Ok(())
}

/// What a directory holds, in order of name.
pub(crate) fn entries(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let listed = fs::read_dir(dir).doing("read", dir)?;
    let paths: Result<Vec<_>, _> = listed.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.doing("read", dir)?;
    paths.sort();
    Ok(paths)
}

/// Removes a directory, if it is there.
pub(crate) fn remove(dir: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.doing("remove", dir),
    }
}
