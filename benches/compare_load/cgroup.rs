//! A control group with a cap on memory, under the one this process is in; page cache counts.

use std::fs;
use std::path::{Path, PathBuf};

/// Removed when dropped.
pub struct Cgroup(PathBuf);

impl Cgroup {
    /// A new group of at most so many bytes, or why there is none.
    pub fn of(bytes: u64) -> Result<Self, String> {
        let (parent, limit) = parent().ok_or("no cgroups with memory are mounted")?;
        let path = parent.join(format!("compare_load_{}", std::process::id()));
        let denied = |error| format!("cannot make the cgroup {}: {error}", path.display());
        fs::create_dir(&path).map_err(denied)?;
        let group = Cgroup(path.clone());
        fs::write(path.join(limit), bytes.to_string()).map_err(denied)?;
        Ok(group)
    }

    /// Moves a process in.
    pub fn take(&self, process: u32) {
        fs::write(self.0.join("cgroup.procs"), process.to_string()).unwrap();
    }
}

impl Drop for Cgroup {
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
