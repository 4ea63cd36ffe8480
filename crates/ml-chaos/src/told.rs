use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::{env, io, process, thread};

use crate::{FailPoints, Signal};

pub(crate) const DATABASE: &str = "ML_CHAOS_DATABASE";
pub(crate) const STEPS: &str = "ML_CHAOS_STEPS";
/// The one that the crate `fail` reads, so that a program may be given some by hand.
pub(crate) const POINTS: &str = "FAILPOINTS";

/// What a program is told that was started as a [`Victim`](crate::Victim).
#[derive(Debug)]
pub struct Told {
    database: String,
    points: String,
    steps: PathBuf,
}

impl Told {
    /// What this process is told; `None` in one that is no victim. From here on the process ends when the one ends
    /// that started it.
    pub fn here() -> Option<Self> {
        let told = Told {
            database: env::var(DATABASE).ok()?,
            points: env::var(POINTS).unwrap_or_default(),
            steps: env::var_os(STEPS)?.into(),
        };
        thread::spawn(|| {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            let _ = Signal::Kill.send(&[process::id()]);
        });
        Some(told)
    }

    /// The connection string of its database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// From here on each step of `target` is a fail point: this becomes the subscriber of the whole process.
    ///
    /// # Errors
    /// When the fail points cannot be read, the log of steps cannot be written, or there is a subscriber already.
    pub fn arm(&self, target: &'static str) -> io::Result<()> {
        let points = FailPoints::of(target, &self.points)?.logged(self.log()?);
        tracing::subscriber::set_global_default(points).map_err(io::Error::other)
    }

    fn log(&self) -> io::Result<File> {
        OpenOptions::new().append(true).open(&self.steps)
    }
}
