//! The settings of a server, as its `postgresql.conf`.

use crate::{account::Account, error::Error, tree};
use std::{fmt, path::Path};

/// For every server. Parallel tests open many connections, and the answers of a test should not
/// depend on the language or the time zone of the machine.
const COMMON: [(&str, &str); 9] = [
    ("listen_addresses", "127.0.0.1"),
    ("max_connections", "200"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "15min"),
    ("datestyle", "iso, mdy"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C"),
    ("default_text_search_config", "pg_catalog.english"),
];

/// Without these nothing survives a crash of the machine, and everything is faster.
const CARELESS: [(&str, &str); 3] = [
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
];

/// Settings in the order they were made: the last of a name counts.
#[derive(Debug, Clone)]
pub(crate) struct Settings(Vec<(String, String)>);

impl Settings {
    /// For a server whose data is to be kept.
    pub(crate) fn kept() -> Self {
        Self::with(&[("shared_buffers", "256MB"), ("min_wal_size", "1GB")])
    }

    /// For a server whose data goes with it, but is flushed to disk as if it did not.
    pub(crate) fn durable() -> Self {
        Self::with(&[("shared_buffers", "128MB")])
    }

    /// For a server whose data goes with it.
    pub(crate) fn careless() -> Self {
        let mut settings = Self::durable();
        for (name, value) in CARELESS {
            settings.set(name, value);
        }
        settings
    }

    fn with(own: &[(&str, &str)]) -> Self {
        let mut settings = Self(Vec::new());
        for (name, value) in COMMON.iter().chain(own) {
            settings.set(*name, *value);
        }
        settings
    }

    /// Makes a setting, over any before it.
    pub(crate) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Writes them where the server reads them, in the place of all before.
    pub(crate) fn write(&self, data: &Path, account: &Account) -> Result<(), Error> {
        let file = data.join("postgresql.conf");
        tree::write_private(&file, &self.to_string())?;
        account.own(&file)
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Written anew at every start; what ALTER SYSTEM sets stays, and counts more."
        )?;
        self.0.iter().try_for_each(|(name, value)| {
            writeln!(
                f,
                "{name} = '{}'",
                value.replace('\\', "\\\\").replace('\'', "''")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn a_value_is_quoted_and_comes_last() {
        let mut settings = Settings::careless();
        settings.set("search_path", "it's");
        assert!(settings.to_string().ends_with("search_path = 'it''s'\n"));
        assert!(settings.to_string().contains("fsync = 'off'"));
        assert!(!Settings::durable().to_string().contains("fsync"));
    }
}
