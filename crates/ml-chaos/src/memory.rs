use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fmt, fs, io};

use crate::Unlimited;

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
    use std::process::Command;

    use super::*;

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
