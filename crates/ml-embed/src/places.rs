//! The places where the systems put PostgreSQL.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Directories with one subdirectory for each version: the directory, what stands before the
/// number in the name of the subdirectory, and what lies below it.
const VERSIONED: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),          // Debian, Ubuntu
    ("/usr/lib", "postgresql", "bin"),           // openSUSE
    ("/usr", "pgsql-", "bin"),                   // Fedora, RHEL
    ("/opt/homebrew/opt", "postgresql@", "bin"), // Homebrew on ARM
    ("/usr/local/opt", "postgresql@", "bin"),    // Homebrew on Intel
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// Where was looked, for the error when nothing was found.
pub(crate) const SUMMARY: &str = "PATH, pg_config, and the usual directories of Debian, Fedora, \
                                  openSUSE, Homebrew and Postgres.app";

/// A directory to look at, and what led there.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) source: &'static str,
    pub(crate) dir: PathBuf,
}

/// Every directory of this machine that may hold a server, the likeliest first.
pub(crate) fn all() -> Vec<Place> {
    let on_path = on_path("initdb").filter_map(|file| Some(file.parent()?.to_owned()));
    let on_path = on_path.map(|dir| Place {
        source: "PATH",
        dir,
    });
    let configured = pg_config().map(|dir| Place {
        source: "pg_config",
        dir,
    });
    let usual = versioned().into_iter().map(|dir| Place {
        source: "usual place",
        dir,
    });
    let mut seen = HashSet::new();
    let all = on_path.chain(configured).chain(usual);
    all.filter(|place| seen.insert(place.dir.clone())).collect()
}

/// Every file of that name on `PATH`.
pub(crate) fn on_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<_> = env::split_paths(&path)
        .filter(|dir| dir.is_absolute())
        .collect();
    let files = dirs.into_iter().map(move |dir| dir.join(name));
    files.filter(|file| file.is_file())
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    dir.is_absolute().then_some(dir)
}

fn versioned() -> Vec<PathBuf> {
    let usual = VERSIONED.iter();
    let mut found: Vec<_> = usual
        .flat_map(|(dir, before, below)| numbered(dir, before, below))
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn numbered(dir: &str, before: &str, below: &str) -> Vec<(u32, PathBuf)> {
    let listed = fs::read_dir(Path::new(dir)).into_iter().flatten().flatten();
    let version = |name: &str| name.strip_prefix(before)?.parse().ok();
    listed
        .filter_map(|entry| {
            Some((
                version(entry.file_name().to_str()?)?,
                entry.path().join(below),
            ))
        })
        .collect()
}
