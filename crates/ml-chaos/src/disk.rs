use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use tempfile::TempDir;

use crate::Unlimited;

/// A disk of a few bytes, in memory; it goes when it is dropped. It takes Linux and the rights of root.
#[derive(Debug)]
pub struct Disk {
    dir: TempDir,
    ballast: PathBuf,
}

impl Disk {
    /// A disk of so many bytes, for whoever owns `like`.
    ///
    /// # Errors
    /// When this machine does not let one be mounted.
    pub fn of(bytes: u64, like: &Path) -> Result<Self, Unlimited> {
        let what = format!("a disk of {bytes} bytes");
        let dir = tempfile::tempdir().map_err(|error| Unlimited::said(what.clone(), error))?;
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"])
            .arg(dir.path())
            .output();
        match mount {
            Ok(mount) if mount.status.success() => {}
            Ok(mount) => {
                let why = String::from_utf8_lossy(&mount.stderr).trim().to_owned();
                return Err(Unlimited::said(what, why));
            }
            Err(error) => return Err(Unlimited::said(what, error)),
        }
        let ballast = dir.path().join("ballast");
        let disk = Disk { dir, ballast };
        disk.give(like)
            .map_err(|error| Unlimited::said(what, error))?;
        Ok(disk)
    }

    /// A folder on it, of the same owner.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(&self, name: &str, like: &Path) -> io::Result<PathBuf> {
        let folder = self.dir.path().join(name);
        fs::create_dir(&folder)?;
        own(&folder, like)?;
        Ok(folder)
    }

    /// Fills it up to the last so many bytes.
    ///
    /// # Errors
    /// When it cannot be written to.
    pub fn fill_but(&self, bytes: u64) -> io::Result<()> {
        let mut filled = fs::File::create(&self.ballast)?;
        // until it is full
        let _ = io::copy(&mut io::repeat(0), &mut filled);
        let length = filled.metadata()?.len().saturating_sub(bytes);
        filled.set_len(length)
    }

    /// Makes the room again that was filled.
    ///
    /// # Errors
    /// When there is nothing to remove.
    pub fn free(&self) -> io::Result<()> {
        // emptied first: a process that is just being started may have it open still
        fs::File::create(&self.ballast)?;
        fs::remove_file(&self.ballast)
    }

    fn give(&self, like: &Path) -> io::Result<()> {
        own(self.dir.path(), like)
    }
}

#[cfg(unix)]
fn own(path: &Path, like: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let owner = fs::metadata(like)?;
    chown(path, Some(owner.uid()), Some(owner.gid()))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn own(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Drop for Disk {
    fn drop(&mut self) {
        // one that is in use still goes once it is not
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.dir.path())
            .status();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_said_aloud() {
        // no owner to be like
        let none = Disk::of(1 << 20, Path::new("/nowhere/at/all")).unwrap_err();
        let said = none.to_string();
        assert!(
            said.starts_with("NOT TESTED: a disk of 1048576 bytes cannot be had here: "),
            "{said}"
        );
    }

    #[test]
    fn a_disk_fills_and_is_freed() {
        let here = tempfile::tempdir().unwrap();
        let Ok(disk) = Disk::of(1 << 20, here.path()) else {
            return; // which was said
        };
        let folder = disk.folder("some", here.path()).unwrap();
        disk.fill_but(8 << 10).unwrap();
        let much = vec![7; 64 << 10];
        let full = fs::write(folder.join("much"), &much).unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        disk.free().unwrap();
        fs::write(folder.join("much"), &much).unwrap();
    }
}
