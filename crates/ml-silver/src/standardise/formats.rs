use std::fmt;

use chrono::Datelike;
use chrono::format::{Item, Parsed, StrftimeItems, parse};
use ml_core::{Error, Result};

/// Formats of chrono, parsed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Formats(Vec<Format>);

/// One format, as it was declared and as chrono has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    written: &'static str,
    items: Vec<Item<'static>>,
}

impl Formats {
    /// Formats for reading `what`.
    pub(super) fn new(what: &str, formats: impl IntoIterator<Item = &'static str>) -> Result<Self> {
        let refused =
            |why: String| Error::config(format!("declaring how {what} are written: {why}"));
        let mut known = Vec::new();
        for written in formats {
            let items = StrftimeItems::new(written).parse();
            let items = items.map_err(|_| refused(format!("chrono has no format {written:?}")))?;
            known.push(Format { written, items });
        }
        match known.is_empty() {
            true => Err(refused("give at least one format".to_owned())),
            false => Ok(Formats(known)),
        }
    }

    /// What the formats read that can read it, if they agree.
    pub(super) fn one<V: PartialEq + Datelike>(
        &self,
        read: impl Fn(&Format) -> Option<V>,
    ) -> Option<V> {
        let mut values = self
            .0
            .iter()
            .filter_map(read)
            .filter(|value| (1000..=9999).contains(&value.year()));
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }
}

impl Format {
    /// The whole text, taken apart.
    pub(super) fn parse(&self, text: &str) -> Option<Parsed> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        Some(parsed)
    }
}

/// `%d/%m/%Y or %F`
impl fmt::Display for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written: Vec<&str> = self.0.iter().map(|format| format.written).collect();
        f.write_str(&written.join(" or "))
    }
}
