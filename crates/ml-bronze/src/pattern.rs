use std::path::PathBuf;

use glob::{GlobError, MatchOptions, glob_with};
use ml_core::{Error, Result};
use tokio::task;

/// A leading dot is matched by a dot only, as shells do.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The files whose paths match a pattern such as `in/2024-*/orders_[0-9]*.csv.gz`, in the order of their paths.
///
/// `?`, `*` and `[…]` stay within one name, `**` is any number of folders. Folders that match are left out.
///
/// # Errors
/// [`Config`](ml_core::Kind::Config) when it is no pattern; [`Source`](ml_core::Kind::Source) when nothing matches, a
/// folder cannot be listed, or a match is neither a file nor a folder.
pub async fn files_matching(pattern: impl Into<String>) -> Result<Vec<PathBuf>> {
    let pattern = pattern.into();
    let listed = task::spawn_blocking(move || list(&pattern)).await;
    listed.map_err(|cause| Error::source("cannot list files").because(cause))?
}

fn list(pattern: &str) -> Result<Vec<PathBuf>> {
    let matches = glob_with(pattern, OPTIONS).map_err(|cause| {
        Error::config(format!("{pattern} is no pattern of paths")).because(cause)
    })?;
    let mut files = Vec::new();
    for path in matches {
        files.extend(file(path)?);
    }
    if files.is_empty() {
        return Err(Error::source(format!(
            "no file matches {pattern}: check it, or what fills the folder"
        )));
    }
    files.sort();
    Ok(files)
}

/// A match, unless it is a folder.
fn file(path: Result<PathBuf, GlobError>) -> Result<Option<PathBuf>> {
    let path = path.map_err(|cause| {
        let folder = cause.path().display().to_string();
        Error::source(format!("cannot list {folder}: check your rights")).because(cause)
    })?;
    let unreadable =
        |cause| Error::source(format!("cannot read {}", path.display())).because(cause);
    let kind = std::fs::metadata(&path).map_err(unreadable)?.file_type();
    match (kind.is_file(), kind.is_dir()) {
        (true, _) => Ok(Some(path)),
        (_, true) => Ok(None),
        _ => Err(Error::source(format!(
            "cannot read {}: it is no regular file; narrow the pattern",
            path.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_core::Kind;
    use std::fs;

    #[tokio::test]
    async fn files_come_in_the_order_of_their_paths() {
        let folder = tempfile::tempdir().unwrap();
        for day in ["2024-01-02", "2024-01-01"] {
            fs::create_dir(folder.path().join(day)).unwrap();
            for name in ["b.csv", "a.csv", ".c.csv", "d.txt"] {
                fs::write(folder.path().join(day).join(name), "id\n").unwrap();
            }
        }
        fs::create_dir(folder.path().join("2024-01-01/x.csv")).unwrap();
        let pattern = |tail: &str| format!("{}/{tail}", folder.path().display());
        let files = files_matching(pattern("2024-*/*.csv")).await.unwrap();
        let tails: Vec<_> = files
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap())
            .collect();
        let expected = [
            "2024-01-01/a.csv",
            "2024-01-01/b.csv",
            "2024-01-02/a.csv",
            "2024-01-02/b.csv",
        ];
        assert_eq!(tails, expected.map(std::path::Path::new));
        assert_eq!(files_matching(pattern("**/b.*")).await.unwrap().len(), 2);
        let none = files_matching(pattern("*.csv")).await.unwrap_err();
        assert_eq!(none.kind(), Kind::Source);
        assert_eq!(
            files_matching(pattern("a**b")).await.unwrap_err().kind(),
            Kind::Config
        );
    }

    /// K10: devices are no files.
    #[tokio::test]
    async fn a_device_is_refused_by_name() {
        let error = files_matching("/dev/nul[l]").await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("/dev/null: it is no regular file"),
            "{error}"
        );
    }
}
