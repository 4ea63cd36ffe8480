use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fmt, fs, io};

use tempfile::TempDir;

/// A limit that this machine cannot set, and why: what needs it is not tested here, and whoever asked was told so on standard
/// error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlimited {
    what: String,
    why: String,
}

impl Unlimited {
    fn said(what: String, why: impl fmt::Display) -> Self {
        let why = why.to_string();
        let unlimited = Unlimited { what, why };
        eprintln!("!!! {unlimited}");
        unlimited
    }
}

impl fmt::Display for Unlimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "NOT TESTED: {} cannot be had here: {}",
            self.what, self.why
        )
    }
}

impl std::error::Error for Unlimited {}

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

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A control group with a cap on memory, under the one this process is in; page cache counts. It goes when it is dropped.
/// It takes Linux, and the rights to make one.
#[derive(Debug)]
pub struct Memory(PathBuf);

impl Memory {
    /// A group of at most so many bytes.
    ///
    /// # Errors
    /// When this machine does not let one be made.
    pub fn of(bytes: u64) -> Result<Self, Unlimited> {
        let said =
            |why: &dyn fmt::Display| Unlimited::said(format!("a memory of {bytes} bytes"), why);
        let (parent, limit) =
            parent().ok_or_else(|| said(&"no control groups with memory are mounted"))?;
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("ml-chaos-{}-{nth}", std::process::id()));
        fs::create_dir(&path).map_err(|error| said(&error))?;
        let group = Memory(path);
        let capped = fs::write(group.0.join(limit), bytes.to_string());
        capped.map_err(|error| said(&error))?;
        Ok(group)
    }

    /// Moves a process in.
    ///
    /// # Errors
    /// When it is gone.
    pub fn take(&self, process: u32) -> io::Result<()> {
        fs::write(self.0.join("cgroup.procs"), process.to_string())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// The group of this process and the file that caps memory: of version 1 where it is mounted, else of version 2.
fn parent() -> Option<(PathBuf, &'static str)> {
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    let below = |root: &str, group: &str| Path::new(root).join(group.trim_start_matches('/'));
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
        let found = match controllers {
            "" => (below("/sys/fs/cgroup", group), "memory.max"),
            _ if controllers.split(',').any(|one| one == "memory") => (
                below("/sys/fs/cgroup/memory", group),
                "memory.limit_in_bytes",
            ),
            _ => return None,
        };
        found.0.join("cgroup.procs").exists().then_some(found)
    })
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

    #[test]
    fn a_process_is_taken_in() {
        let Ok(memory) = Memory::of(64 << 20) else {
            return; // which was said
        };
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        memory.take(child.id()).unwrap();
        let groups = fs::read_to_string(format!("/proc/{}/cgroup", child.id())).unwrap();
        assert!(groups.contains("ml-chaos-"), "{groups}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
