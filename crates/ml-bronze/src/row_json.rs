use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use ml_core::{Action, ColumnDef, RawFields, Type, Violation};
use serde_json::value::RawValue;

/// A rule of what is read as JSON: it must be an object with the columns of the contract.
pub(crate) const JSON: &str = "row.json";

/// The row of a table as JSON by column name, as PostgreSQL's `to_jsonb` writes it; its fields are by ordinal.
pub(crate) struct RowJson<'a>(Vec<Option<Cow<'a, str>>>);

impl RawFields for RowJson<'_> {
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.0.get(index)?.as_deref().map(str::as_bytes)
    }
}

impl<'a> RowJson<'a> {
    /// Reads a row; its text never stands in what is said against it.
    pub(crate) fn of(bytes: &'a [u8], columns: &[ColumnDef]) -> Result<Self, Violation> {
        let mut fields: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_slice(bytes)
            .map_err(|error| {
                let (line, column) = (error.line(), error.column());
                refused(format!("something else at line {line}, column {column}"))
            })?;
        let mut row = Vec::with_capacity(columns.len());
        for column in columns {
            let field = fields.remove(column.name.as_ref());
            if field.is_none() && !column.nullable {
                return Err(refused(format!("no column {}", column.name)));
            }
            row.push(field.and_then(|field| text(field.get(), column)));
        }
        match fields.len() {
            0 => Ok(RowJson(row)),
            strange => Err(refused(format!("{strange} names that are no column"))),
        }
    }
}

fn refused(found: String) -> Violation {
    Violation {
        rule: String::from(JSON),
        columns: Vec::new(),
        action: Action::Quarantine,
        expected: String::from("a JSON object with every column by its name"),
        found,
    }
}

/// What the column's decoder is to read; of numbers every digit, which `Value` would round.
fn text<'a>(json: &'a str, column: &ColumnDef) -> Option<Cow<'a, str>> {
    if json == "null" {
        return None;
    }
    match serde_json::from_str::<String>(json) {
        Ok(text) => Some(formatted(&text, column).unwrap_or(text).into()),
        Err(_) => Some(json.into()),
    }
}

/// PostgreSQL writes ISO 8601, the column's decoder reads its format.
fn formatted(text: &str, column: &ColumnDef) -> Option<String> {
    let format = column.format.as_deref()?;
    Some(match column.ty {
        Type::Date => text.parse::<NaiveDate>().ok()?.format(format).to_string(),
        Type::Timestamp => text
            .parse::<NaiveDateTime>()
            .ok()?
            .format(format)
            .to_string(),
        Type::Timestamptz => {
            let instant = DateTime::parse_from_rfc3339(text).ok()?;
            instant.format(format).to_string()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<ColumnDef> {
        let mut note = ColumnDef::of("note", Type::Text);
        note.nullable = true;
        let mut day = ColumnDef::of("day", Type::Date);
        day.format = Some("%d.%m.%Y".into());
        vec![ColumnDef::of("price", Type::Numeric), note, day]
    }

    fn read(json: &str) -> Result<Vec<Option<String>>, String> {
        let columns = columns();
        let row = RowJson::of(json.as_bytes(), &columns).map_err(|violation| violation.found)?;
        Ok(row
            .0
            .into_iter()
            .map(|field| field.map(Cow::into_owned))
            .collect())
    }

    #[test]
    fn every_digit_and_the_format_of_the_column_are_kept() {
        let row = r#"{"day": "2024-03-01", "note": "a \"b\"\u00e4", "price": 12345678901234567890.12345678}"#;
        let expected = ["12345678901234567890.12345678", "a \"b\"ä", "01.03.2024"];
        assert_eq!(
            read(row).unwrap(),
            expected.map(|text| Some(text.to_owned()))
        );
        let as_the_source_has_it = r#"{"day": "01.03.2024", "note": null, "price": 1}"#;
        assert_eq!(
            read(as_the_source_has_it).unwrap()[2].as_deref(),
            Some("01.03.2024")
        );
    }

    #[test]
    fn what_is_no_row_of_the_contract_is_said_without_its_values() {
        assert_eq!(read(r#"{"price": 1}"#).unwrap_err(), "no column day");
        let typo = r#"{"price": 1, "day": "2024-03-01", "canary": "canary"}"#;
        assert_eq!(read(typo).unwrap_err(), "1 names that are no column");
        for broken in ["", "[]", "canary", r#"{"price": canary}"#, "\u{1}"] {
            let found = read(broken).unwrap_err();
            assert!(found.starts_with("something else at line") && !found.contains("canary"));
        }
    }
}
