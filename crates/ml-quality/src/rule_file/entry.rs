use std::ops::Range;

use super::audits::{self, NamedAudit};
use super::label::Label;
use super::named::{Named, Takes};
use super::node::{Node, Result, Table, What};
use crate::snippet::{Flaw, Source, position};
use crate::sql_text::{self, Condition, one_line};

const KEYS: [&str; 4] = ["column", "check", "when", "where"];

/// A rule as a file has it: what needs no contract is checked.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) label: Label,
    pub(super) says: Says,
    /// The records it is about.
    pub(super) about: Option<Sql>,
}

/// An audit as a file has it.
#[derive(Debug, Clone)]
pub(super) struct AuditEntry {
    pub(super) label: Label,
    pub(super) named: &'static NamedAudit,
    pub(super) node: Node,
}

#[derive(Debug, Clone)]
pub(super) enum Says {
    When(Sql),
    /// A rule with a name, its column if it has one, and what it takes.
    Named(&'static Named, Option<(Range<usize>, String)>, Node),
}

/// A condition in SQL, its place and its words.
#[derive(Debug, Clone)]
pub(super) struct Sql {
    pub(super) condition: Condition,
    pub(super) at: Range<usize>,
    pub(super) words: String,
}

/// The rules and the audits of a file.
pub(super) fn entries(root: Node, source: &Source) -> Result<(Vec<Entry>, Vec<AuditEntry>)> {
    let none = Flaw::new(root.at.start..root.at.start, "there are no rules");
    if matches!(root.what, What::Nothing) {
        return Err(none);
    }
    let mut root = root.table("the file", &["rule", "audit"])?;
    let mut list = |key: &str| {
        let nodes = root.take(key).map(|nodes| nodes.list(key));
        nodes.transpose().map(Option::unwrap_or_default)
    };
    let (rules, audits) = (list("rule")?, list("audit")?);
    if rules.is_empty() && audits.is_empty() {
        return Err(none);
    }
    let rules = rules.into_iter().map(|rule| entry(rule, source));
    let audits = audits.into_iter().map(audit);
    Ok((
        rules.collect::<Result<_>>()?,
        audits.collect::<Result<_>>()?,
    ))
}

fn entry(node: Node, source: &Source) -> Result<Entry> {
    let others = Named::names(|named| !named.is_check());
    let keys = [&Label::KEYS[..], &KEYS, &others].concat();
    let mut table = node.table("rule", &keys)?;
    let about = table.take_text("where")?;
    let entry = Entry {
        label: Label::take(&mut table)?,
        says: says(&mut table, source, &others)?,
        about: about.map(|text| sql(text, source)).transpose()?,
    };
    if entry.label.id.is_none() && matches!(entry.says, Says::When(_)) {
        return Err(Flaw::new(entry.label.at, "a rule with `when` needs an id"));
    }
    Ok(entry)
}

fn audit(node: Node) -> Result<AuditEntry> {
    let names: Vec<&str> = audits::ALL.iter().map(|named| named.name).collect();
    let mut table = node.table("audit", &[&Label::KEYS[..], &names].concat())?;
    let label = Label::take(&mut table)?;
    let said: Vec<&NamedAudit> = audits::ALL
        .iter()
        .filter(|one| table.has(one.name))
        .collect();
    let [named] = said.as_slice() else {
        let what = format!("an audit is one of {}", names.join(", "));
        return Err(Flaw::new(label.at, what));
    };
    if named.name == "condition" && label.id.is_none() {
        return Err(Flaw::new(label.at, "a condition needs an id"));
    }
    let node = table.needs("an audit", named.name)?;
    Ok(AuditEntry { label, named, node })
}

fn says(table: &mut Table, source: &Source, others: &[&str]) -> Result<Says> {
    let kinds = || ["when", "check"].iter().chain(others);
    let said: Vec<&str> = kinds().copied().filter(|key| table.has(key)).collect();
    let [kind] = said.as_slice() else {
        let all: Vec<&str> = kinds().copied().collect();
        let what = match said.is_empty() {
            true => format!("a rule needs one of {}", all.join(", ")),
            false => format!("a rule has only one of {}", said.join(", ")),
        };
        return Err(Flaw::new(table.at.clone(), what));
    };
    let column = table.take_text("column")?;
    let node = table.needs("a rule", kind)?;
    match (*kind, column) {
        ("when", None) => Ok(Says::When(sql(node.text("when")?, source)?)),
        ("when", Some((at, _))) => Err(Flaw::new(at, "`when` names its columns itself")),
        (kind, column) => named(kind, column, node, table),
    }
}

fn named(
    kind: &str,
    column: Option<(Range<usize>, String)>,
    node: Node,
    table: &Table,
) -> Result<Says> {
    let named = match kind {
        "check" => check(&node)?,
        other => Named::find(other).ok_or_else(|| Flaw::new(node.at.clone(), "no rule"))?,
    };
    match (&named.takes, column) {
        (Takes::Columns(..), Some((at, _))) => {
            Err(Flaw::new(at, format!("{kind} names its columns itself")))
        }
        (Takes::Columns(..), None) => Ok(Says::Named(named, None, node)),
        (_, Some(column)) => Ok(Says::Named(named, Some(column), node)),
        (_, None) => Err(Flaw::new(
            table.at.clone(),
            format!("{kind} needs a column"),
        )),
    }
}

fn check(node: &Node) -> Result<&'static Named> {
    let (at, name) = node.clone().text("check")?;
    let known = Named::find(&name).filter(|named| named.is_check());
    known.ok_or_else(|| {
        let checks = Named::names(Named::is_check).join(", ");
        Flaw::new(at, format!("unknown check {name:?}, expected {checks}"))
    })
}

fn sql((at, text): (Range<usize>, String), source: &Source) -> Result<Sql> {
    let within = Within::new(source.text(), at.clone(), &text);
    let mut condition = sql_text::parse(&text).map_err(|flaw| within.flaw(flaw))?;
    for (_, place) in &mut condition.columns {
        *place = within.place(place.clone());
    }
    let words = one_line(&text);
    Ok(Sql {
        condition,
        at,
        words,
    })
}

/// A condition inside of a file.
struct Within<'a> {
    text: &'a str,
    value: Range<usize>,
    /// Where it starts when the file has it as it is: without escapes, on its own lines.
    start: Option<usize>,
}

impl<'a> Within<'a> {
    fn new(file: &str, value: Range<usize>, text: &'a str) -> Self {
        let found = file
            .get(value.clone())
            .and_then(|raw| raw.find(text.trim_end()));
        let start = found.map(|offset| value.start + offset);
        Within { text, value, start }
    }

    fn place(&self, at: Range<usize>) -> Range<usize> {
        match self.start {
            Some(start) => start + at.start..start + at.end,
            None => self.value.clone(),
        }
    }

    fn flaw(&self, flaw: Flaw) -> Flaw {
        let what = match self.start {
            Some(_) => flaw.what,
            None => {
                let (line, column) = position(self.text, flaw.at.start);
                format!(
                    "line {line} column {column} of the condition: {}",
                    flaw.what
                )
            }
        };
        Flaw::new(self.place(flaw.at), what)
    }
}
