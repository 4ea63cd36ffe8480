use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error, Location, Options, Spanned};

use super::node::{Key, Node, Result, What};
use crate::snippet::{Flaw, byte_at};

/// How deep a file may nest; rules need five.
const MAX_DEPTH: usize = 16;

/// The tree of a YAML file.
pub(super) fn read(text: &str) -> Result<Node> {
    let content = serde_saphyr::from_str_with_options::<Spanned<Content>>(text, options());
    let content = content.map_err(|error| flaw(text, &error))?;
    Ok(Reader { text }.node(content))
}

/// Only `true` and `false` are booleans: `NO` is a country.
fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH },
    }
}

fn flaw(text: &str, error: &Error) -> Flaw {
    let at = error
        .location()
        .map_or(0, |place| byte_at(text, place.line(), place.column()));
    let said = error.render();
    // After it come the place once more, and advice for programmers.
    let ends = [" at line ", ", set ", "; use ", "\n"];
    let end = ends.iter().filter_map(|end| said.find(end)).min();
    Flaw::new(at..at, &said[..end.unwrap_or(said.len())])
}

/// A value before its place in the text is looked at.
enum Content {
    Table(Vec<(Spanned<String>, Spanned<Content>)>),
    List(Vec<Spanned<Content>>),
    Text(String),
    Bool(bool),
    /// What it is stands in the text: a float would have lost digits.
    Number,
    Nothing,
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn node(&self, content: Spanned<Content>) -> Node {
        let written = self.place(content.defined);
        let what = match content.value {
            Content::Table(entries) => What::Table(
                entries
                    .into_iter()
                    .map(|(key, value)| self.entry(key, value))
                    .collect(),
            ),
            Content::List(list) => What::List(list.into_iter().map(|one| self.node(one)).collect()),
            Content::Text(text) => What::Text(text),
            Content::Bool(truth) => What::Bool(truth),
            Content::Number => What::Number(self.text[written].trim().to_owned()),
            Content::Nothing => What::Nothing,
        };
        Node {
            at: self.place(content.referenced),
            what,
        }
    }

    fn entry(&self, key: Spanned<String>, value: Spanned<Content>) -> (Key, Node) {
        let key = Key {
            at: self.place(key.referenced),
            name: key.value,
        };
        (key, self.node(value))
    }

    fn place(&self, location: Location) -> Range<usize> {
        let start = byte_at(self.text, location.line(), location.column());
        let length = location.span().byte_len().unwrap_or_default();
        let end = start.saturating_add(usize::try_from(length).unwrap_or_default());
        start..self.text.floor_char_boundary(end)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table, a list, a text, a number or a boolean")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Content, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Content::Table(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Content, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Content::List(values))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, truth: bool) -> std::result::Result<Content, E> {
        Ok(Content::Bool(truth))
    }

    fn visit_unit<E>(self) -> std::result::Result<Content, E> {
        Ok(Content::Nothing)
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_i128<E>(self, _: i128) -> std::result::Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_u128<E>(self, _: u128) -> std::result::Result<Content, E> {
        Ok(Content::Number)
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<Content, E> {
        Ok(Content::Number)
    }
}
