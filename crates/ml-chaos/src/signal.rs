use std::io;
use std::process::Command;

use rustix::process::{self, Pid};

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
    /// When one of them is not there, or is not ours; the others were told.
    pub fn send(self, processes: &[u32]) -> io::Result<()> {
        let signal = match self {
            Signal::Stop => process::Signal::STOP,
            Signal::Continue => process::Signal::CONT,
            Signal::Interrupt => process::Signal::INT,
            Signal::Quit => process::Signal::QUIT,
            Signal::Kill => process::Signal::KILL,
        };
        let told = processes.iter().map(|process| {
            let process = i32::try_from(*process).ok().and_then(Pid::from_raw);
            let process = process.ok_or(io::ErrorKind::InvalidInput)?;
            Ok(process::kill_process(process, signal)?)
        });
        // all of them, whatever becomes of the first
        let told: Vec<io::Result<()>> = told.collect();
        told.into_iter().collect()
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
        assert!(Signal::Kill.send(&[child.id()]).is_err());
    }
}
