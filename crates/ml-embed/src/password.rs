//! The password of a server, which nothing here ever shows.

use crate::{binaries::Binaries, doing::Doing, error::Error, tree};
use std::{
    fmt::{self, Write as _},
    fs::{self, File},
    io::{Read, Write},
    path::Path,
    process::Stdio,
};

/// A random password of letters and digits.
#[derive(Clone)]
pub(crate) struct Password(String);

impl Password {
    /// A new one, of 192 random bits.
    pub(crate) fn random() -> Result<Self, Error> {
        let source = Path::new("/dev/urandom");
        let mut bytes = [0; 24];
        let read = File::open(source).and_then(|mut file| file.read_exact(&mut bytes));
        read.doing("read", source)?;
        Ok(Self(bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })))
    }

    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).doing("read", path)?;
        Ok(Self(text.trim().to_owned()))
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        tree::write_private(path, &self.0)
    }

    /// The password itself, for a connection string.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Makes this the password of a data directory on which no server runs.
    pub(crate) fn set(&self, data: &Path, binaries: &Binaries) -> Result<(), Error> {
        let program = binaries.program("postgres");
        let mut server = binaries.command("postgres");
        server.args(["--single", "-j", "-D"]).arg(data);
        // What is lost in a crash now is made again; and a failure must not tell the password.
        server.args(["-c", "fsync=off", "-c", "exit_on_error=on"]);
        server.args(["-c", "log_min_error_statement=panic", "postgres"]);
        server
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut server = server.spawn().doing("run", &program)?;
        if let Some(mut input) = server.stdin.take() {
            // When the server is gone already, its own words say more than a broken pipe.
            let _ = writeln!(input, "ALTER ROLE postgres PASSWORD '{}';", self.0);
        }
        let output = server.wait_with_output().doing("run", &program)?;
        binaries.check("postgres", &output)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn it_is_random_and_never_shown() {
        let (one, two) = (Password::random().unwrap(), Password::random().unwrap());
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(one.reveal().len(), 48);
        assert_eq!(format!("{one:?}"), "Password(..)");
    }
}
