use std::env;
use std::str::FromStr;

use ml_core::{Error, Gate, Result};
use ml_pg::Config;
use secrecy::SecretString;

/// What the environment says; every field has a measured default but the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `DATABASE_URL`, or else `POSTGRES_HOST`, `_PORT`, `_DB`, `_USER`, `_PASSWORD`; `None` when neither is set.
    pub database: Option<Config>,
    /// `DATA_QUALITY_ENABLED` (true): false is to turn every rule into a warning, and turns the gate off; what
    /// cannot be decoded is quarantined all the same.
    pub quality: bool,
    /// `DATA_VALIDATION_THRESHOLD` (0.05, a share of the rows of a load) and `MAX_RECORD_ERRORS` (1000).
    pub gate: Gate,
    /// `BRONZE_BATCH_SIZE` (10000 records).
    pub bronze_batch: usize,
    /// `SILVER_BATCH_SIZE` (5000 records).
    pub silver_batch: usize,
    /// `BRONZE_POOL_SLOTS` (4): connections for bronze, which is how many files are loaded at once.
    pub bronze_slots: usize,
    /// `SILVER_POOL_SLOTS` (2): connections for silver pipelines.
    pub silver_slots: usize,
    /// `GOLD_POOL_SLOTS` (1): connections for refreshes of warehouses.
    pub gold_slots: usize,
}

impl Settings {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// [`Config`](ml_core::Kind::Config) that names the variable and what it expects, never its value.
    pub fn from_env() -> Result<Self> {
        Settings::from_vars(|name| env::var(name).ok())
    }

    /// Reads variables from anywhere; an empty one counts as not set.
    ///
    /// # Errors
    /// As [`from_env`](Settings::from_env).
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let var = |name: &str| var(name).filter(|value| !value.trim().is_empty());
        let quality = read(&var, "DATA_QUALITY_ENABLED", "true or false", true, |_| {
            true
        })?;
        let share = read(
            &var,
            "DATA_VALIDATION_THRESHOLD",
            "a share from 0 to 1, such as 0.05",
            0.05,
            |share| (0.0..=1.0).contains(share),
        )?;
        let records = read(
            &var,
            "MAX_RECORD_ERRORS",
            "a whole number of records",
            1_000,
            |_| true,
        )?;
        let batch = |name, default| {
            read(
                &var,
                name,
                "a whole number from 1 to 1000000",
                default,
                in_range(1_000_000),
            )
        };
        let slots = |name, default| {
            read(
                &var,
                name,
                "a whole number from 1 to 100",
                default,
                in_range(100),
            )
        };
        let settings = Settings {
            quality,
            gate: if quality {
                Gate { share, records }
            } else {
                Gate::off()
            },
            bronze_batch: batch("BRONZE_BATCH_SIZE", 10_000)?,
            silver_batch: batch("SILVER_BATCH_SIZE", 5_000)?,
            bronze_slots: slots("BRONZE_POOL_SLOTS", 4)?,
            silver_slots: slots("SILVER_POOL_SLOTS", 2)?,
            gold_slots: slots("GOLD_POOL_SLOTS", 1)?,
            database: None,
        };
        let database = database(&var)?.map(|database| database.slots(settings.slots()));
        Ok(Settings {
            database,
            ..settings
        })
    }

    /// Connections for all layers at once.
    pub fn slots(&self) -> usize {
        self.bronze_slots + self.silver_slots + self.gold_slots
    }
}

fn in_range(most: usize) -> impl Fn(&usize) -> bool {
    move |value| (1..=most).contains(value)
}

fn read<T: FromStr>(
    var: &impl Fn(&str) -> Option<String>,
    name: &str,
    expected: &str,
    default: T,
    fits: impl Fn(&T) -> bool,
) -> Result<T> {
    let Some(text) = var(name) else {
        return Ok(default);
    };
    let value = text.trim().parse().ok().filter(fits);
    value.ok_or_else(|| Error::config(format!("{name} cannot be read: expected {expected}")))
}

fn database(var: &impl Fn(&str) -> Option<String>) -> Result<Option<Config>> {
    if let Some(url) = var("DATABASE_URL") {
        let config = Config::new(&SecretString::from(url));
        return config
            .map(Some)
            .map_err(|error| Error::config("DATABASE_URL cannot be used").because(error));
    }
    let Some(host) = var("POSTGRES_HOST") else {
        return Ok(None);
    };
    let needed = |name: &str| {
        var(name).ok_or_else(|| Error::config(format!("{name} is not set, and POSTGRES_HOST is")))
    };
    let port = read(
        var,
        "POSTGRES_PORT",
        "a port from 1 to 65535",
        5432_u16,
        |port| *port > 0,
    )?;
    let password = SecretString::from(needed("POSTGRES_PASSWORD")?);
    Config::parts(
        &host,
        port,
        &needed("POSTGRES_DB")?,
        &needed("POSTGRES_USER")?,
        &password,
    )
    .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(vars: &[(&str, &str)]) -> Result<Settings> {
        Settings::from_vars(|name| {
            vars.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_gives_the_defaults() {
        let settings = with(&[("DATABASE_URL", " ")]).unwrap();
        assert!(settings.database.is_none() && settings.quality);
        assert_eq!(settings.gate, Gate::default());
        assert_eq!(
            (settings.bronze_batch, settings.silver_batch),
            (10_000, 5_000)
        );
        assert_eq!(
            (
                settings.bronze_slots,
                settings.silver_slots,
                settings.gold_slots
            ),
            (4, 2, 1)
        );
    }

    #[test]
    fn a_wrong_value_names_the_variable_and_not_the_value() {
        for (name, value) in [
            ("DATA_QUALITY_ENABLED", "canary"),
            ("MAX_RECORD_ERRORS", "-1"),
            ("DATA_VALIDATION_THRESHOLD", "5"),
            ("DATA_VALIDATION_THRESHOLD", "NaN"),
            ("BRONZE_BATCH_SIZE", "0"),
            ("SILVER_BATCH_SIZE", "canary"),
            ("GOLD_POOL_SLOTS", "101"),
            ("DATABASE_URL", "canary"),
        ] {
            let error = with(&[(name, value)]).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
            assert!(!error.chain().contains("canary"), "{error:?}");
        }
        let error = with(&[("POSTGRES_HOST", "h"), ("POSTGRES_PORT", "x")]).unwrap_err();
        assert!(error.to_string().contains("POSTGRES_PORT"));
    }

    #[test]
    fn there_is_no_default_password() {
        let error = with(&[
            ("POSTGRES_HOST", "h"),
            ("POSTGRES_DB", "d"),
            ("POSTGRES_USER", "u"),
        ])
        .unwrap_err();
        assert!(error.to_string().contains("POSTGRES_PASSWORD"));
    }

    #[test]
    fn the_url_wins_and_quality_can_be_switched_off() {
        let vars = [
            ("DATABASE_URL", "postgres://u:canary@a/x"),
            ("POSTGRES_HOST", "b"),
            ("DATA_QUALITY_ENABLED", "false"),
        ];
        let settings = with(&vars).unwrap();
        let shown = format!("{settings:?}");
        assert!(
            shown.contains("\"a\"") && !shown.contains("canary"),
            "{shown}"
        );
        assert_eq!(settings.gate, Gate::off());
    }
}
