use std::ops::Range;

use crate::snippet::Flaw;

pub(super) type Result<T> = std::result::Result<T, Flaw>;

/// A value of a file and its place; what TOML and YAML have in common.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) at: Range<usize>,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    /// In the order of the file.
    Table(Vec<(Key, Node)>),
    List(Vec<Node>),
    Text(String),
    /// As it was written: its column says what it is.
    Number(String),
    /// TOML's dates and times, as they were written.
    Time(String),
    Bool(bool),
    Nothing,
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) at: Range<usize>,
    pub(super) name: String,
}

impl Node {
    pub(super) fn text(self, key: &str) -> Result<(Range<usize>, String)> {
        match self.what {
            What::Text(text) => Ok((self.at, text)),
            _ => self.refused(format!("{key} is {}, expected a text", self.kind())),
        }
    }

    pub(super) fn list(self, key: &str) -> Result<Vec<Node>> {
        match self.what {
            What::List(list) => Ok(list),
            _ => self.refused(format!("{key} is {}, expected a list", self.kind())),
        }
    }

    pub(super) fn count(&self, key: &str) -> Result<u32> {
        let count = match &self.what {
            What::Number(text) => text.parse().ok(),
            _ => None,
        };
        count.map_or_else(
            || self.refused(format!("{key} is no whole number from 0")),
            Ok,
        )
    }

    /// The table's values by key; a key that is not `known` is refused.
    pub(super) fn table(self, name: &str, known: &[&str]) -> Result<Table> {
        let What::Table(entries) = self.what else {
            return self.refused(format!("{name} is {}, expected a table", self.kind()));
        };
        let is_unknown = |(key, _): &&(Key, Node)| !known.contains(&key.name.as_str());
        if let Some((key, _)) = entries.iter().find(is_unknown) {
            let what = format!("unknown key {:?}, expected {}", key.name, known.join(", "));
            return Err(Flaw::new(key.at.clone(), what));
        }
        Ok(Table {
            at: self.at,
            entries,
        })
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.what {
            What::Table(_) => "a table",
            What::List(_) => "a list",
            What::Text(_) => "a text",
            What::Number(_) => "a number",
            What::Time(_) => "a time",
            What::Bool(_) => "a boolean",
            What::Nothing => "nothing",
        }
    }

    pub(super) fn refused<T>(&self, what: impl Into<String>) -> Result<T> {
        Err(Flaw::new(self.at.clone(), what))
    }
}

/// A table whose keys are known.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) at: Range<usize>,
    entries: Vec<(Key, Node)>,
}

impl Table {
    pub(super) fn take(&mut self, name: &str) -> Option<Node> {
        let place = self.entries.iter().position(|(key, _)| key.name == name)?;
        Some(self.entries.swap_remove(place).1)
    }

    pub(super) fn take_text(&mut self, name: &str) -> Result<Option<(Range<usize>, String)>> {
        self.take(name).map(|node| node.text(name)).transpose()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _)| key.name == name)
    }
}
