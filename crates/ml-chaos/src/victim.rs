use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tempfile::TempPath;

use crate::told::{DATABASE, POINTS, STEPS};
use crate::{FailPoint, Signal, Steps};

/// A child process that runs a pipeline until it is killed. It never outlives its parent, stopped or not, however that ends.
#[derive(Debug)]
pub struct Victim {
    child: Child,
    steps: TempPath,
}

/// How a [`Victim`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It came to its end, and said that all was well.
    Finished,
    /// It was killed by a signal.
    Killed,
    /// It failed by itself.
    Failed(ExitStatus),
}

/// How often it is looked whether a victim has ended.
const LOOK: Duration = Duration::from_millis(1);

impl Victim {
    /// Starts a program that asks what it is [`Told`](crate::Told), over a database and with these fail points.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(mut command: Command, database: &str, points: &[FailPoint]) -> io::Result<Self> {
        let steps = tempfile::NamedTempFile::new()?.into_temp_path();
        let points: Vec<String> = points.iter().map(ToString::to_string).collect();
        command
            .env(DATABASE, database)
            .env(POINTS, points.join(";"))
            .env(STEPS, &steps)
            // Its other end closes with this process. One that is stopped cannot see that; but its group, which is its
            // own, is then nobody's, and the system sends it on with SIGHUP.
            .stdin(Stdio::piped())
            .process_group(0);
        let child = command.spawn()?;
        Ok(Victim { child, steps })
    }

    /// Its process.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// `SIGKILL`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()
    }

    /// `SIGSTOP`; nothing when it has ended.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn stop(&mut self) -> io::Result<()> {
        self.send(Signal::Stop)
    }

    /// `SIGCONT`; nothing when it has ended.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn cont(&mut self) -> io::Result<()> {
        self.send(Signal::Continue)
    }

    fn send(&mut self, signal: Signal) -> io::Result<()> {
        // one that was waited for may have given its number to another process
        match self.has_ended()? {
            true => Ok(()),
            false => signal.send(&[self.process_id()]),
        }
    }

    /// Whether it has ended.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Whether it stands still, or has ended. Told once of each time it is stopped.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn has_stopped(&mut self) -> io::Result<bool> {
        if self.has_ended()? {
            return Ok(true);
        }
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
        Ok(waitid(WaitId::Pid(Pid::from_child(&self.child)), options)?.is_some())
    }

    /// Waits until it stands still, or has ended.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn stopped(&mut self) -> io::Result<()> {
        while !self.has_stopped()? {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn wait(&mut self) -> io::Result<End> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(match status.code() {
                    Some(0) => End::Finished,
                    Some(_) => End::Failed(status),
                    None => End::Killed,
                });
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The steps that it has reached so far.
    pub fn steps(&self) -> Steps {
        Steps::read(&std::fs::read_to_string(&self.steps).unwrap_or_default())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
