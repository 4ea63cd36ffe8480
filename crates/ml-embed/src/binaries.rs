//! The programs of one PostgreSQL installation.

use crate::{account::Account, doing::Doing, error::Error, origin::Origin};
use std::{
    path::{self, Path, PathBuf},
    process::{Command, Output},
};

/// The oldest version that is supported.
const OLDEST: u32 = 15;

/// One installation that works, and the account its programs run as.
#[derive(Debug)]
pub(crate) struct Binaries {
    pub(crate) dir: PathBuf,
    pub(crate) version: String,
    pub(crate) major: u32,
    pub(crate) origin: Origin,
    pub(crate) account: Account,
}

impl Binaries {
    /// The one in a directory, and why it is of no use otherwise.
    pub(crate) fn named(dir: &Path, account: &Account) -> Result<Self, String> {
        let dir = path::absolute(dir).map_err(|error| error.to_string())?;
        Self::probe(&dir, account, Origin::Machine)?.not_too_old()
    }

    /// Asks `initdb`, which looks for the server beside it and for the files of both: wrappers and
    /// links lead to the directory where they really are.
    pub(crate) fn probe(
        dir: &Path,
        account: &Account,
        origin: impl FnOnce(PathBuf) -> Origin,
    ) -> Result<Self, String> {
        let mut asked = Self {
            dir: dir.to_owned(),
            version: String::new(),
            major: 0,
            origin: origin(dir.to_owned()),
            account: account.clone(),
        };
        let mut initdb = asked.command("initdb");
        let output = initdb.args(["--show", "-D", "/nonexistent"]).output();
        let output = output.map_err(|error| format!("cannot run initdb: {error}"))?;
        let shown = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(last(&shown, 1));
        }
        let value = |name: &str| shown.lines().find_map(|line| line.strip_prefix(name));
        let catalog = Path::new(value("POSTGRES_BKI=").unwrap_or_default());
        if !catalog.is_file() {
            return Err(format!("initdb finds no {}", catalog.display()));
        }
        asked.dir = PathBuf::from(value("PGPATH=").unwrap_or_default());
        asked.version = value("VERSION=").unwrap_or_default().to_owned();
        asked.major = major(&asked.version).ok_or("initdb does not tell its version")?;
        if let Origin::Machine(real) = &mut asked.origin {
            real.clone_from(&asked.dir);
        }
        Ok(asked)
    }

    pub(crate) fn not_too_old(self) -> Result<Self, String> {
        match self.major {
            OLDEST.. => Ok(self),
            _ => Err(format!(
                "PostgreSQL {} is older than {OLDEST}",
                self.version
            )),
        }
    }

    /// The path of a program; one with an absolute name is taken as it is.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A program to run, as the account of the server.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = self.account.command(self.program(name));
        if self.origin == Origin::Bundled {
            // It was linked for another directory than the one it is unpacked in.
            let libraries = self.dir.with_file_name("lib");
            command
                .env("LD_LIBRARY_PATH", &libraries)
                .env("DYLD_LIBRARY_PATH", libraries);
            // Its ICU comes without data: looking for collations ends in an error.
            command.env("OLIPHAUNT_INTERNAL_SKIP_ICU_DISCOVERY", "1");
        }
        command
    }

    /// Runs a program to its end.
    pub(crate) fn run(&self, name: &str, prepare: impl FnOnce(&mut Command)) -> Result<(), Error> {
        let mut command = self.command(name);
        prepare(&mut command);
        let output = command.output().doing("run", &self.program(name))?;
        self.check(name, &output)
    }

    /// Turns a failure of a program into an error with its own words.
    pub(crate) fn check(&self, name: &str, output: &Output) -> Result<(), Error> {
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = if said.trim().is_empty() {
            output.status.to_string()
        } else {
            last(&said, 4)
        };
        Err(Error::Program {
            program: self.program(name),
            said,
        })
    }
}

fn major(version: &str) -> Option<u32> {
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// The last lines of a text.
pub(crate) fn last(text: &str, lines: usize) -> String {
    let all: Vec<_> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::{last, major};

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("18beta1"), Some(18));
        assert_eq!(major("unknown"), None);
    }

    #[test]
    fn the_last_lines_are_the_last() {
        assert_eq!(last("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last("a", 2), "a");
    }
}
