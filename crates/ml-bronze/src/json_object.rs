use std::fmt;
use std::ops::Range;

use ml_core::RawFields;
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::json_records::{Columns, Flaw};

/// The values of one JSON object as text, by column.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: String,
    values: Vec<Value>,
}

#[derive(Debug, Clone, Default)]
enum Value {
    #[default]
    Missing,
    Null,
    Text {
        /// Where it stands in the text.
        range: Range<usize>,
        /// Where it starts in the record.
        at: usize,
        /// Whether it stands there as it is.
        verbatim: bool,
    },
}

impl RawFields for &Fields {
    #[inline]
    fn raw(&self, index: usize) -> Option<&[u8]> {
        match self.values.get(index)? {
            Value::Text { range, .. } => Some(&self.text.as_bytes()[range.clone()]),
            Value::Missing | Value::Null => None,
        }
    }
}

impl Fields {
    pub(crate) fn longest(&self) -> usize {
        let length = |value: &Value| match value {
            Value::Text { range, .. } => range.len(),
            Value::Missing | Value::Null => 0,
        };
        self.values.iter().map(length).max().unwrap_or(0)
    }

    /// Where byte `offset` of a value stands in the record; in a string with escapes, where that starts.
    pub(crate) fn locate(&self, index: usize, offset: usize) -> usize {
        match self.values.get(index) {
            Some(Value::Text { at, verbatim, .. }) => at + if *verbatim { offset } else { 0 },
            _ => 0,
        }
    }

    fn put(&mut self, ordinal: usize, text: &str, at: usize, verbatim: bool) {
        let start = self.text.len();
        self.text.push_str(text);
        self.values[ordinal] = Value::Text {
            range: start..self.text.len(),
            at,
            verbatim,
        };
    }
}

/// Reads one object into fields.
pub(crate) struct Object<'a> {
    columns: &'a Columns,
    fields: &'a mut Fields,
    flaws: &'a mut Vec<Flaw>,
    /// Address of the record's first byte.
    start: usize,
}

impl<'a> Object<'a> {
    pub(crate) fn new(
        columns: &'a Columns,
        fields: &'a mut Fields,
        flaws: &'a mut Vec<Flaw>,
    ) -> Self {
        Object {
            columns,
            fields,
            flaws,
            start: 0,
        }
    }

    pub(crate) fn read(mut self, record: &str) -> Result<(), serde_json::Error> {
        self.start = record.as_ptr().addr();
        self.fields.text.clear();
        self.fields.values.clear();
        let columns = self.columns.len();
        self.fields.values.resize(columns, Value::Missing);
        let mut json = Deserializer::from_str(record);
        json.deserialize_map(self)?;
        json.end()
    }

    fn take(&mut self, ordinal: usize, value: &RawValue) {
        let value = value.get();
        if !matches!(self.fields.values[ordinal], Value::Missing) {
            self.flaws.push(Flaw::Twice(ordinal));
        }
        let at = value.as_ptr().addr() - self.start;
        match value.as_bytes().first() {
            Some(b'n') => self.fields.values[ordinal] = Value::Null,
            Some(b'{' | b'[') if !self.columns.takes_text(ordinal) => {
                self.flaws.push(Flaw::Nested(ordinal));
            }
            Some(b'"') => self.take_string(ordinal, value, at),
            _ => self.fields.put(ordinal, value, at, true),
        }
    }

    fn take_string(&mut self, ordinal: usize, value: &str, at: usize) {
        if !value.contains('\\') {
            let bare = &value[1..value.len() - 1];
            return self.fields.put(ordinal, bare, at + 1, true);
        }
        match serde_json::from_str::<String>(value) {
            Ok(text) => self.fields.put(ordinal, &text, at, false),
            Err(_) => self.flaws.push(Flaw::Text(ordinal)),
        }
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key(self.columns))? {
            match key {
                Ok(ordinal) => self.take(ordinal, map.next_value()?),
                Err(unknown) => {
                    map.next_value::<IgnoredAny>()?;
                    self.flaws.push(Flaw::Unknown(unknown));
                }
            }
        }
        Ok(())
    }
}

/// A key: the column it names, or itself.
struct Key<'a>(&'a Columns);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Result<usize, String>;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.ordinal(key).ok_or_else(|| key.to_owned()))
    }
}
