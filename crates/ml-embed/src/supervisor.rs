//! A process between the owner and the server, which sees to it that the server goes when the
//! owner does, however the owner goes.

use crate::{binaries::Binaries, doing::Doing, error::Error, home::Home, tree};
use std::{
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ExitStatus, Stdio},
};

const SCRIPT: &str = include_str!("supervisor.sh");

/// The supervising shell. It waits for the end of a pipe whose other end this process holds: that
/// end is closed by the system even when this process is killed.
#[derive(Debug)]
pub(crate) struct Supervisor {
    shell: Child,
}

impl Supervisor {
    /// Starts the server on a home. When the owner goes, the supervisor removes `scratch` too.
    pub(crate) fn start(home: &Home, binaries: &Binaries, scratch: &Path) -> Result<Self, Error> {
        let log = tree::private_file(&home.log())?;
        // A kept cluster writes down what it has; of a temporary one nothing is wanted any more.
        let signal = if home.is_kept() { "INT" } else { "QUIT" };
        let mut command = binaries.command("/bin/sh");
        command
            .args(["-c", SCRIPT, "ml-embed", signal])
            .arg(scratch);
        command
            .arg(binaries.program("postgres"))
            .arg("-D")
            .arg(home.data());
        command
            .stdin(Stdio::piped())
            .stdout(home.lock()?)
            .stderr(log);
        // Ctrl-C in the terminal is for the owner alone.
        command.process_group(0);
        Ok(Self {
            shell: command.spawn().doing("run", Path::new("/bin/sh"))?,
        })
    }

    /// How the server ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.shell.try_wait().ok().flatten()
    }

    /// Closes the pipe, and waits for the server to go.
    pub(crate) fn stop(&mut self) -> io::Result<ExitStatus> {
        self.shell.wait()
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}
