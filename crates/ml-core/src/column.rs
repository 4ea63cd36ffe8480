use std::borrow::Cow;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::{Notation, Type, Typed};

/// One column of a record: its name in SQL and in the source, its type and what is promised of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDef {
    /// Name in SQL, in rules and in reports.
    pub name: Cow<'static, str>,
    /// Name in the source's header.
    pub header: Cow<'static, str>,
    /// Type of the values.
    pub ty: Type,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// Must be covered by a rule, or no rule set builds.
    pub critical: bool,
    /// Personal: values are redacted wherever people read.
    pub personal: bool,
    /// A source without this column is accepted; its values are NULL.
    pub optional: bool,
    /// chrono's format of dates and timestamps, where they are not ISO 8601.
    pub format: Option<Cow<'static, str>>,
    /// How values are written in the source, where that is not the default.
    #[serde(default, skip_serializing_if = "Notation::is_plain")]
    pub notation: Notation,
}

impl ColumnDef {
    /// A column that must be there, is not NULL and has the same name everywhere.
    pub const fn of(name: &'static str, ty: Type) -> Self {
        ColumnDef {
            name: Cow::Borrowed(name),
            header: Cow::Borrowed(name),
            ty,
            nullable: false,
            critical: false,
            personal: false,
            optional: false,
            format: None,
            notation: Notation::PLAIN,
        }
    }
}

/// A typed handle of a column, made by `#[derive(Record)]`: rules built from it are checked by the compiler.
pub struct Column<T, V> {
    /// Place among the record's columns, from 0.
    pub ordinal: usize,
    /// Name in SQL.
    pub name: &'static str,
    of: PhantomData<fn(&T) -> V>,
}

impl<T, V> Column<T, V> {
    /// The handle of column number `ordinal` of `T`.
    pub const fn new(ordinal: usize, name: &'static str) -> Self {
        Column {
            ordinal,
            name,
            of: PhantomData,
        }
    }
}

impl<T: Typed, V> Column<T, V> {
    /// The column itself.
    pub fn def(self) -> &'static ColumnDef {
        &T::COLUMNS[self.ordinal]
    }
}

impl<T, V> Clone for Column<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for Column<T, V> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where contracts are kept a notation stands only if there is one.
    #[test]
    fn a_column_that_is_kept_reads_back_as_it_was() {
        let mut column = ColumnDef::of("price", Type::Numeric);
        let kept = |column: &ColumnDef| {
            let json = serde_json::to_string(column).unwrap();
            assert_eq!(serde_json::from_str::<ColumnDef>(&json).unwrap(), *column);
            json
        };
        assert!(!kept(&column).contains("notation"));
        column.notation.decimal = Some(',');
        assert!(kept(&column).ends_with(r#""notation":{"decimal":","}}"#));
        column.notation = Notation {
            null: vec!["NA".into()].into(),
            ..Notation::PLAIN
        };
        assert!(kept(&column).ends_with(r#""notation":{"null":["NA"]}}"#));
    }
}
