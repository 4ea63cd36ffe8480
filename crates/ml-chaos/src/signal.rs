use std::io;
use std::process::{Command, Stdio};

/// What a process is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGSTOP: stand still until told to go on.
    Stop,
    /// SIGCONT: go on.
    Continue,
    /// SIGINT: to a server, end the sessions and go in good order.
    Interrupt,
    /// SIGQUIT: to a server, go at once, and recover at the next start.
    Quit,
    /// SIGKILL: be gone.
    Kill,
}

impl Signal {
    /// Sends it to processes.
    ///
    /// # Errors
    /// `NotFound` when one of them is not there, or is not ours; the others were told.
    pub fn send(self, processes: &[u32]) -> io::Result<()> {
        let name = match self {
            Signal::Stop => "STOP",
            Signal::Continue => "CONT",
            Signal::Interrupt => "INT",
            Signal::Quit => "QUIT",
            Signal::Kill => "KILL",
        };
        // The shell's own: a small system has no program of that name.
        let script = "signal=$1; shift; for process; do kill -s \"$signal\" \"$process\" || missed=1; done; exit ${missed:-0}";
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", script, "sh", name]).stderr(Stdio::null());
        shell.args(processes.iter().map(u32::to_string));
        match shell.status()?.success() {
            true => Ok(()),
            false => {
                let missed = format!("a process of {processes:?} could not be told {name}");
                Err(io::Error::new(io::ErrorKind::NotFound, missed))
            }
        }
    }
}

/// The children of a process.
pub(crate) fn children(process: u32) -> io::Result<Vec<u32>> {
    let listed = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid="])
        .output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let child = |line: &str| {
        let mut ids = line.split_whitespace().map(str::parse::<u32>);
        let (own, parent) = (ids.next()?.ok()?, ids.next()?.ok()?);
        (parent == process).then_some(own)
    };
    Ok(listed.lines().filter_map(child).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_found_and_killed() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        assert!(children(std::process::id()).unwrap().contains(&child.id()));
        Signal::Kill.send(&[child.id()]).unwrap();
        assert_eq!(child.wait().unwrap().code(), None);
        let gone = Signal::Kill.send(&[child.id()]).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }
}
