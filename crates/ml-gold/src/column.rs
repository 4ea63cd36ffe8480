use ml_core::{Error, Ident, Result, Type};

use crate::quote::quoted;

/// The identity a fact takes from its source.
pub(crate) const ROW_ID: &str = "_row_id";

/// A column of a table and what it is computed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) null: Null,
    pub(crate) expr: String,
}

/// Whether a column may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Null {
    Allowed,
    Refused,
}

impl Column {
    pub(crate) fn new(name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        Column {
            name: name.into(),
            ty,
            null: Null::Refused,
            expr: expr.into(),
        }
    }

    pub(crate) fn nullable(mut self) -> Self {
        self.null = Null::Allowed;
        self
    }

    pub(crate) fn quoted(&self) -> String {
        quoted(&self.name)
    }

    /// Names that start with an underscore are ours.
    pub(crate) fn check(&self, table: &str) -> Result<()> {
        Ident::new(self.name.as_str())?;
        let ours = self.name.starts_with('_') && self.name != ROW_ID;
        if ours || self.expr.trim().is_empty() {
            return Err(Error::contract(format!(
                "{table}: column {:?} needs an expression and a name without an underscore in front",
                self.name
            )));
        }
        Ok(())
    }

    /// Its line in the table.
    pub(crate) fn definition(&self) -> String {
        let null = match self.null {
            Null::Allowed => "",
            Null::Refused => " NOT NULL",
        };
        format!("{} {}{null}", self.quoted(), typed(self.ty))
    }

    /// Its line in a query over the source.
    pub(crate) fn selected(&self) -> String {
        format!("{} AS {}", self.value(), self.quoted())
    }

    /// Its expression as the column's type.
    pub(crate) fn value(&self) -> String {
        format!("({})::{}", self.expr, typed(self.ty))
    }

    /// What the unknown member has in it.
    pub(crate) fn unknown(&self, table: &str) -> Result<&'static str> {
        if self.null == Null::Allowed {
            return Ok("NULL");
        }
        unknown(self.ty).ok_or_else(|| {
            Error::contract(format!(
                "{table}: column {:?} is {} and required: the unknown member has no value for it",
                self.name, self.ty
            ))
        })
    }
}

/// The type in SQL; text compares by bytes, the same on every server.
pub(crate) fn typed(ty: Type) -> String {
    match ty {
        Type::Text => String::from("text COLLATE \"C\""),
        other => other.sql().to_owned(),
    }
}

/// Dates are not `-infinity`, which most clients cannot read.
fn unknown(ty: Type) -> Option<&'static str> {
    match ty {
        Type::Text => Some("'unknown'"),
        Type::Int4 | Type::Int8 | Type::Numeric => Some("-1"),
        Type::Date => Some("DATE '0001-01-01'"),
        Type::Timestamp => Some("TIMESTAMP '0001-01-01'"),
        Type::Timestamptz => Some("TIMESTAMPTZ '0001-01-01 00:00:00+00'"),
        Type::Bool | Type::Float8 => None,
    }
}
