use std::ops::Range;

use ml_core::Action;

use super::node::{Node, Result, Table, What};
use crate::snippet::{Flaw, Source, position};
use crate::sql_text::{self, Condition, one_line};

const KEYS: &[&str] = &[
    "id", "action", "when", "column", "check", "one_of", "range", "length", "expected",
];

/// A rule as a file has it: what needs no contract is checked.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) at: Range<usize>,
    pub(super) id: Option<(Range<usize>, String)>,
    pub(super) action: Action,
    pub(super) expected: Option<String>,
    pub(super) says: Says,
}

#[derive(Debug, Clone)]
pub(super) enum Says {
    /// SQL, its place and its words.
    When(Condition, Range<usize>, String),
    /// Something about a column.
    Column(Range<usize>, String, Check),
}

/// The rules that have a name.
#[derive(Debug, Clone)]
pub(super) enum Check {
    NotNull,
    NotBlank,
    Email,
    Positive,
    OneOf(Range<usize>, Vec<Node>),
    Range(Range<usize>, Option<Node>, Option<Node>),
    Length(u32, u32),
}

/// The rules of a file.
pub(super) fn entries(root: Node, source: &Source) -> Result<Vec<Entry>> {
    let none = Flaw::new(root.at.start..root.at.start, "there are no rules");
    if matches!(root.what, What::Nothing) {
        return Err(none);
    }
    let mut root = root.table("the file", &["rule"])?;
    let rules = root.take("rule").map(|rules| rules.list("rule"));
    let rules = rules.transpose()?.filter(|rules| !rules.is_empty());
    let rules = rules.ok_or(none)?;
    rules.into_iter().map(|rule| entry(rule, source)).collect()
}

fn entry(node: Node, source: &Source) -> Result<Entry> {
    let mut table = node.table("rule", KEYS)?;
    let entry = Entry {
        at: table.at.clone(),
        id: table.take_text("id")?,
        action: action(&mut table)?,
        expected: table.take_text("expected")?.map(|(_, words)| words),
        says: says(&mut table, source)?,
    };
    if entry.id.is_none() && matches!(entry.says, Says::When(..)) {
        return Err(Flaw::new(entry.at, "a rule with `when` needs an id"));
    }
    Ok(entry)
}

fn action(table: &mut Table) -> Result<Action> {
    let Some((at, name)) = table.take_text("action")? else {
        return Ok(Action::Quarantine);
    };
    match name.as_str() {
        "warn" => Ok(Action::Warn),
        "quarantine" => Ok(Action::Quarantine),
        "abort" => Ok(Action::Abort),
        _ => {
            let what = format!("unknown action {name:?}, expected warn, quarantine or abort");
            Err(Flaw::new(at, what))
        }
    }
}

fn says(table: &mut Table, source: &Source) -> Result<Says> {
    let kinds = ["when", "check", "one_of", "range", "length"];
    let said: Vec<&str> = kinds.into_iter().filter(|key| table.has(key)).collect();
    let [kind] = said.as_slice() else {
        let what = match said.is_empty() {
            true => format!("a rule needs one of {}", kinds.join(", ")),
            false => format!("a rule has only one of {}", said.join(", ")),
        };
        return Err(Flaw::new(table.at.clone(), what));
    };
    match (*kind, table.take_text("column")?) {
        ("when", None) => when(table, source),
        ("when", Some((at, _))) => Err(Flaw::new(at, "`when` names its columns itself")),
        (_, None) => Err(Flaw::new(
            table.at.clone(),
            format!("{kind} needs a column"),
        )),
        (kind, Some((at, column))) => Ok(Says::Column(at, column, check(kind, table)?)),
    }
}

fn when(table: &mut Table, source: &Source) -> Result<Says> {
    let Some((at, text)) = table.take_text("when")? else {
        return Err(Flaw::new(table.at.clone(), "a rule needs a condition"));
    };
    let within = Within::new(source.text(), at.clone(), &text);
    let mut condition = sql_text::parse(&text).map_err(|flaw| within.flaw(flaw))?;
    for (_, place) in &mut condition.columns {
        *place = within.place(place.clone());
    }
    Ok(Says::When(condition, at, one_line(&text)))
}

fn check(kind: &str, table: &mut Table) -> Result<Check> {
    let Some(node) = table.take(kind) else {
        return Err(Flaw::new(table.at.clone(), "a rule needs a check"));
    };
    match kind {
        "one_of" => Ok(Check::OneOf(node.at.clone(), node.list(kind)?)),
        "range" => range(node),
        "length" => length(node),
        _ => named(node.text(kind)?),
    }
}

fn named((at, name): (Range<usize>, String)) -> Result<Check> {
    match name.as_str() {
        "not_null" => Ok(Check::NotNull),
        "not_blank" => Ok(Check::NotBlank),
        "email" => Ok(Check::Email),
        "positive" => Ok(Check::Positive),
        _ => {
            let known = "not_null, not_blank, email or positive";
            let what = format!("unknown check {name:?}, expected {known}");
            Err(Flaw::new(at, what))
        }
    }
}

fn range(node: Node) -> Result<Check> {
    let mut table = node.table("range", &["min", "max"])?;
    match (table.take("min"), table.take("max")) {
        (None, None) => Err(Flaw::new(table.at, "a range needs min or max")),
        (min, max) => Ok(Check::Range(table.at, min, max)),
    }
}

fn length(node: Node) -> Result<Check> {
    let mut table = node.table("length", &["min", "max"])?;
    let min = table.take("min").map_or(Ok(0), |min| min.count("min"))?;
    let Some(max) = table.take("max") else {
        return Err(Flaw::new(table.at, "a length needs max"));
    };
    let most = max.count("max")?;
    if min > most {
        return max.refused(format!("max is below min, which is {min}"));
    }
    Ok(Check::Length(min, most))
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
