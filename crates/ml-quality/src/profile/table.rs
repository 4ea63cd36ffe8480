use std::fmt::{self, Write};

use ml_core::Value;

use super::figures::{ColumnProfile, TextProfile};
use super::frequent::Top;

/// Longer cells are cut.
const MAX_CELL: usize = 24;

const HEAD: [&str; 11] = [
    "column",
    "type",
    "nulls",
    "bad",
    "distinct",
    "min",
    "median",
    "max",
    "mean",
    "length",
    "most frequent",
];

/// Profiles for people: a line for each column, aligned.
pub(super) struct Table(Vec<Vec<String>>);

impl Table {
    pub(super) fn of(columns: &[ColumnProfile]) -> Self {
        let head = HEAD.map(String::from).to_vec();
        let lines = columns.iter().map(line);
        Table(std::iter::once(head).chain(lines).collect())
    }

    fn widths(&self) -> Vec<usize> {
        let width = |place: usize| {
            let cells = self.0.iter().map(|line| line[place].chars().count());
            cells.max().unwrap_or(0)
        };
        (0..HEAD.len()).map(width).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for line in &self.0 {
            let mut out = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                write!(out, "{cell:<width$}  ")?;
            }
            writeln!(f, "{}", out.trim_end())?;
        }
        Ok(())
    }
}

fn line(column: &ColumnProfile) -> Vec<String> {
    let value = |value: Option<&Value>| match value {
        _ if column.personal => String::from("***"),
        Some(value) => cell(shown(value)),
        None => String::new(),
    };
    let mean = match column.personal {
        true => String::from("***"),
        false => column.mean.map(float).unwrap_or_default(),
    };
    vec![
        cell(column.name.clone()),
        column.ty.to_string(),
        column.nulls.to_string(),
        column.undecodable.to_string(),
        column.distinct.to_string(),
        value(column.min.as_ref()),
        value(column.quantile(0.5)),
        value(column.max.as_ref()),
        mean,
        column.text.as_ref().map(length).unwrap_or_default(),
        most_frequent(column),
    ]
}

fn length(text: &TextProfile) -> String {
    match (text.shortest, text.longest) {
        (Some(shortest), Some(longest)) if shortest == longest => shortest.to_string(),
        (Some(shortest), Some(longest)) => format!("{shortest} to {longest}"),
        _ => String::new(),
    }
}

/// A value that one in twenty has, or else the shape most texts have.
fn most_frequent(column: &ColumnProfile) -> String {
    if column.personal {
        return String::from("***");
    }
    if let Some(top) = column
        .top
        .first()
        .filter(|top| top.at_least * 20 >= column.known())
    {
        return format!("{} {}", cell(shown(&top.value)), share(top, column));
    }
    let patterns = column.text.as_ref().and_then(|text| text.patterns.first());
    let shape = |top: &Top<_>| format!("{} {}", cell(format!("{}", top.value)), share(top, column));
    patterns.map(shape).unwrap_or_default()
}

fn share<T>(top: &Top<T>, column: &ColumnProfile) -> String {
    let share = top.at_least as f64 * 100.0 / column.known().max(1) as f64;
    format!("({share:.0} %)")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Float(v) => float(*v),
        value => value.as_ref().to_string(),
    }
}

/// With three decimal places, or an exponent where these would not say much.
fn float(v: f64) -> String {
    match v.abs() {
        size if size != 0.0 && !(1e-3..1e12).contains(&size) => format!("{v:.3e}"),
        _ => {
            let plain = format!("{v:.3}");
            let plain = plain.trim_end_matches('0').trim_end_matches('.');
            plain.to_owned()
        }
    }
}

fn cell(text: String) -> String {
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
