//! The account a server runs as: the one of this process, unless that is root.

use crate::{doing::Doing, error::Error};
use std::{
    env,
    ffi::OsStr,
    fs::{self, Metadata, Permissions},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, lchown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A Unix socket's path may take about a hundred bytes, and macOS gives long temporary directories.
const LONGEST_TEMPORARY: usize = 70;

/// Who the server runs as.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    name: String,
    /// The user and group to become; none when this process is not root.
    ids: Option<(u32, u32)>,
}

impl Account {
    /// The account of this process, or, when that is root, `postgres` or else `nobody`.
    pub(crate) fn current() -> Result<Self, Error> {
        let own = tempfile::tempfile().and_then(|file| file.metadata());
        let own = own.doing("create a file in", &env::temp_dir())?;
        if own.uid() != 0 {
            return Ok(Self {
                name: String::from("you"),
                ids: None,
            });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let found = ["postgres", "nobody"]
            .iter()
            .find_map(|name| Self::in_passwd(&users, name));
        found.ok_or_else(|| Error::Platform {
            advice: String::from(
                "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor \
                 `nobody`; run this as an ordinary user",
            ),
        })
    }

    fn in_passwd(users: &str, name: &str) -> Option<Self> {
        let mut fields = users
            .lines()
            .map(|line| line.split(':'))
            .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
        // macOS writes the ids of `nobody` as -2.
        let id = |text: &str| Some(text.parse::<i64>().ok()? as u32);
        let (user, group) = (id(fields.nth(1)?)?, id(fields.next()?)?);
        Some(Self {
            name: name.to_owned(),
            ids: Some((user, group)),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A program to run as this account, with nothing in its surroundings that would change what
    /// PostgreSQL does or says.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // The directory of the caller may be one which the account cannot enter.
        command.current_dir("/").env("LC_ALL", "C");
        let names = env::vars_os().map(|(name, _)| name);
        for name in names.filter(|name| name.as_encoded_bytes().starts_with(b"PG")) {
            command.env_remove(name);
        }
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }

    /// A new directory with a short name, which only this account can enter.
    pub(crate) fn scratch(&self) -> Result<TempDir, Error> {
        let usual = env::temp_dir();
        let long = usual.as_os_str().len() > LONGEST_TEMPORARY;
        let parent = if long { PathBuf::from("/tmp") } else { usual };
        let made = tempfile::Builder::new().prefix("ml-").tempdir_in(&parent);
        let made = made.doing("create a directory in", &parent)?;
        self.own(made.path())?;
        self.reach(made.path())?;
        Ok(made)
    }

    /// Gives a file to this account.
    pub(crate) fn own(&self, path: &Path) -> Result<(), Error> {
        match self.ids {
            Some((user, group)) => {
                lchown(path, Some(user), Some(group)).doing("change the owner of", path)
            }
            None => Ok(()),
        }
    }

    /// Lets this account pass through a directory of ours.
    pub(crate) fn let_in(&self, dir: &Path) -> Result<(), Error> {
        if self.ids.is_none() {
            return Ok(());
        }
        let mode = fs::metadata(dir).doing("look at", dir)?.mode();
        fs::set_permissions(dir, Permissions::from_mode(mode | 0o011)).doing("open", dir)
    }

    /// Fails when this account cannot get at a directory.
    pub(crate) fn reach(&self, dir: &Path) -> Result<(), Error> {
        let real = fs::canonicalize(dir).doing("look at", dir)?;
        let closed = |path: &&Path| fs::metadata(path).is_ok_and(|seen| !self.may_pass(&seen));
        match real.ancestors().find(closed) {
            Some(closed) => Err(Error::Unreachable {
                dir: dir.to_owned(),
                closed: closed.to_owned(),
                account: self.name.clone(),
            }),
            None => Ok(()),
        }
    }

    fn may_pass(&self, dir: &Metadata) -> bool {
        self.ids.is_none_or(|(user, group)| {
            let by = |who: bool, bit: u32| who && dir.mode() & bit != 0;
            by(dir.uid() == user, 0o100) || by(dir.gid() == group, 0o010) || by(true, 0o001)
        })
    }

    /// Where this process may keep files which the account can read.
    pub(crate) fn cache(&self) -> Option<PathBuf> {
        if self.ids.is_some() {
            // The home of root is closed to everyone else.
            return Some(PathBuf::from("/var/cache/ml-embed"));
        }
        let set = |name| {
            env::var_os(name)
                .map(PathBuf::from)
                .filter(|dir| dir.is_absolute())
        };
        let usual = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        };
        let caches = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(usual)))?;
        Some(caches.join("ml-embed"))
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "postgresql:x:1:1::/:/bin/sh\nnobody:*:-2:-2::/:/bin/false\n";
        assert!(Account::in_passwd(users, "postgres").is_none());
        let nobody = Account::in_passwd(users, "nobody").unwrap();
        assert_eq!(nobody.ids, Some((4_294_967_294, 4_294_967_294)));
    }
}
