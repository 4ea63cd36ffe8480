use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::node::{Key, Node, Result, What};
use crate::snippet::Flaw;

/// The tree of a TOML file.
pub(super) fn read(text: &str) -> Result<Node> {
    let root = DeTable::parse(text).map_err(|error| flaw(text, &error))?;
    let at = root.span();
    Ok(Node {
        at,
        what: table(root.into_inner()),
    })
}

fn flaw(text: &str, error: &Error) -> Flaw {
    let at = error.span().unwrap_or(text.len()..text.len());
    Flaw::new(at, error.message().lines().collect::<Vec<_>>().join(", "))
}

fn node(value: Spanned<DeValue<'_>>) -> Node {
    Node {
        at: value.span(),
        what: what(value.into_inner()),
    }
}

fn what(value: DeValue<'_>) -> What {
    match value {
        DeValue::String(text) => What::Text(text.into_owned()),
        DeValue::Integer(number) => What::Number(number.to_string()),
        DeValue::Float(number) => What::Number(number.as_str().to_owned()),
        DeValue::Boolean(truth) => What::Bool(truth),
        DeValue::Datetime(time) => What::Time(time.to_string()),
        DeValue::Array(list) => What::List(list.into_iter().map(node).collect()),
        DeValue::Table(entries) => table(entries),
    }
}

/// The parser sorts by name.
fn table(entries: DeTable<'_>) -> What {
    let mut entries: Vec<(Key, Node)> = entries.into_iter().map(entry).collect();
    entries.sort_by_key(|(key, _)| key.at.start);
    What::Table(entries)
}

fn entry((key, value): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)) -> (Key, Node) {
    let at = key.span();
    let name = key.into_inner().into_owned();
    (Key { at, name }, node(value))
}
