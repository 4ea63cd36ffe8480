use std::path::{Path, PathBuf};

use ml_core::{Error, Result};
use tokio::fs;

/// How packed files are called; whether they are, their content says.
const PACKED: [&str; 4] = ["gz", "zst", "bz2", "xz"];

/// The `.csv` files of a folder, packed ones (`.csv.gz`, `.csv.zst`, `.csv.bz2`, `.csv.xz`) too, in the order of their
/// names; not those of the folders in it.
///
/// # Errors
/// [`Source`](ml_core::Kind::Source) when the folder cannot be read or has no such file.
pub async fn csv_files(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    let folder = folder.as_ref();
    let mut files = list(folder).await.map_err(|cause| {
        let folder = folder.display();
        Error::source(format!(
            "cannot list the folder {folder}: check its name and your rights"
        ))
        .because(cause)
    })?;
    if files.is_empty() {
        return Err(Error::source(format!(
            "the folder {} has no .csv file: check its name, or what fills it",
            folder.display()
        )));
    }
    files.sort();
    Ok(files)
}

async fn list(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut entries = fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        // of the path, not of the entry: a link to a file is a file
        if is_csv(&path) && fs::metadata(&path).await?.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn is_csv(path: &Path) -> bool {
    let packed = PACKED.iter().any(|packed| has_extension(path, packed));
    match (packed, path.file_stem()) {
        (true, Some(stem)) => has_extension(Path::new(stem), "csv"),
        _ => has_extension(path, "csv"),
    }
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[tokio::test]
    async fn lists_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b.csv", "e.csv", "a.CSV", "d.csv.gz", "c.txt", "f.gz", ".csv",
        ] {
            fs::write(folder.path().join(name), "id\n").unwrap();
        }
        fs::create_dir(folder.path().join("x.csv")).unwrap();
        let files = csv_files(folder.path()).await.unwrap();
        let names: Vec<_> = files.iter().map(|path| path.file_name().unwrap()).collect();
        assert_eq!(names, ["a.CSV", "b.csv", "d.csv.gz", "e.csv"]);
    }

    #[tokio::test]
    async fn a_folder_without_files_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let none = csv_files(folder.path()).await.unwrap_err();
        assert_eq!(none.kind(), ml_core::Kind::Source);
        assert!(none.to_string().contains("has no .csv file"));
        let missing = csv_files(folder.path().join("x")).await.unwrap_err();
        assert!(missing.to_string().contains("cannot list the folder"));
    }
}
