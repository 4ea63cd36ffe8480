use std::collections::{HashMap, HashSet};
use std::io;

use ml_core::{Contract, Result, Type, Violation};
use serde_json::error::Category;

use crate::content::Bytes;
use crate::frame::Frame;
use crate::json_object::{Fields, Object};
use crate::limits::Limits;
use crate::quoting::Marks;
use crate::splitter::Splitter;
use crate::window::Window;
use crate::{Ndjson, Unknown, fault};

const SYNTAX: &str = "json.syntax";
const NESTED: &str = "json.nested";
const UNKNOWN: &str = "json.unknown";

/// How many keys that the contract does not know are named.
const NAMED: usize = 60;

/// The records of an NDJSON text.
pub(crate) struct JsonRecords {
    window: Window<Bytes>,
    ndjson: Ndjson,
    limits: Limits,
    columns: Columns,
    map: Vec<Option<usize>>,
    fields: Fields,
    unknown: HashSet<String>,
}

/// The columns by their keys.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    ordinals: HashMap<String, usize>,
    /// Per column its name and whether it takes any value as text.
    names: Vec<(String, bool)>,
}

/// What is wrong with an object that is one.
#[derive(Debug)]
pub(crate) enum Flaw {
    /// A key is there twice.
    Twice(usize),
    /// An object or array in a column that is not text.
    Nested(usize),
    /// A string that is none, such as half a surrogate pair.
    Text(usize),
    Unknown(String),
}

impl Columns {
    fn of(contract: &Contract) -> Self {
        let columns = || contract.columns.iter();
        let keys = columns().map(|column| column.header.to_string());
        let names = columns().map(|column| (column.name.to_string(), column.ty == Type::Text));
        Columns {
            ordinals: keys.zip(0..).collect(),
            names: names.collect(),
        }
    }

    pub(crate) fn ordinal(&self, key: &str) -> Option<usize> {
        self.ordinals.get(key).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn takes_text(&self, ordinal: usize) -> bool {
        self.names[ordinal].1
    }

    fn fault(&self, flaw: Flaw) -> Violation {
        let of = |ordinal: usize, rule, expected: &str, found: &str| Violation {
            columns: vec![self.names[ordinal].0.clone()],
            ..fault::violation(rule, expected.into(), found.into())
        };
        match flaw {
            Flaw::Twice(ordinal) => of(ordinal, SYNTAX, "a key once", "the key twice"),
            Flaw::Nested(ordinal) => of(ordinal, NESTED, "a plain value", "an object or an array"),
            Flaw::Text(ordinal) => of(
                ordinal,
                SYNTAX,
                "a string of Unicode",
                "half a surrogate pair",
            ),
            Flaw::Unknown(key) => {
                let key: String = key.chars().take(NAMED).collect();
                fault::violation(UNKNOWN, "keys of the contract".into(), format!("{key:?}"))
            }
        }
    }
}

impl JsonRecords {
    /// The records of `text`.
    pub(crate) fn new(text: Bytes, ndjson: Ndjson, limits: Limits) -> Self {
        JsonRecords {
            window: Window::new(text, Marks::LINES, limits),
            ndjson,
            limits,
            columns: Columns::default(),
            map: Vec::new(),
            fields: Fields::default(),
            unknown: HashSet::new(),
        }
    }

    fn parse(&mut self, frame: &Frame) -> Option<Violation> {
        let text = match std::str::from_utf8(self.window.raw()) {
            Ok(text) => text,
            Err(error) => return Some(fault::utf8(frame.byte + error.valid_up_to() as u64)),
        };
        let mut flaws = Vec::new();
        let object = Object::new(&self.columns, &mut self.fields, &mut flaws);
        if let Err(error) = object.read(text) {
            return Some(syntax(&error, frame.byte));
        }
        for flaw in flaws {
            match flaw {
                Flaw::Unknown(key) if self.ndjson.policy() == Unknown::Ignore => {
                    self.unknown_key(key);
                }
                flaw => return Some(self.columns.fault(flaw)),
            }
        }
        let longest = self.fields.longest();
        (longest > self.limits.field).then(|| fault::field_size(Self::SIZE, longest, &self.limits))
    }

    #[cold]
    fn unknown_key(&mut self, key: String) {
        if self.unknown.len() < NAMED && !self.unknown.contains(&key) {
            tracing::debug!(%key, "a key that the contract does not know is ignored");
            self.unknown.insert(key);
        }
    }
}

/// Without the message where that could repeat a value.
fn syntax(error: &serde_json::Error, start: u64) -> Violation {
    let byte = start + error.column().saturating_sub(1) as u64;
    let message = error.to_string();
    let found = match error.classify() {
        Category::Syntax => message.split(" at line ").next().unwrap_or_default(),
        Category::Eof => "an end in mid-value",
        Category::Data | Category::Io => "another value",
    };
    fault::violation(
        SYNTAX,
        "one JSON object".into(),
        format!("{found}, at byte {byte}"),
    )
}

impl Splitter for JsonRecords {
    type Fields<'a> = &'a Fields;

    const RULES: &'static [&'static str] = &[SYNTAX, NESTED, UNKNOWN, fault::MARK, Self::SIZE];
    const SIZE: &'static str = "json.size";

    fn window(&self) -> &Window<Bytes> {
        &self.window
    }

    fn window_mut(&mut self) -> &mut Window<Bytes> {
        &mut self.window
    }

    async fn open(&mut self, contract: &Contract, _: &str) -> Result<()> {
        self.columns = Columns::of(contract);
        self.map = (0..contract.columns.len()).map(Some).collect();
        Ok(())
    }

    fn go_on_in(&mut self, text: Vec<u8>) {
        let limits = self.limits.of_text(text.len());
        self.window = Window::inside(text, Marks::LINES, limits);
    }

    async fn split(&mut self, frame: &Frame, _: u64) -> io::Result<Option<Violation>> {
        if self.window.starts_with_mark() {
            return Ok(Some(fault::mark()));
        }
        Ok(self.parse(frame))
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }

    fn map(&self) -> &[Option<usize>] {
        &self.map
    }

    fn locate(&self, index: usize, offset: usize) -> usize {
        self.fields.locate(index, offset)
    }
}
