use std::fmt;

use ml_core::{Contract, Type, Value};

use crate::Expr;

/// What can be compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Text,
    Date,
    Timestamp,
    Timestamptz,
}

/// An expression bound to ordinals, and the kind of its values.
type Bound = (Expr<usize>, Kind);
/// A bound expression inside another one.
type Part = Box<Expr<usize>>;
/// Why an expression cannot be bound.
type Result<T> = std::result::Result<T, String>;

impl Expr {
    /// The condition with ordinals in place of names, when it can be evaluated under the contract.
    pub(crate) fn bind(&self, contract: &Contract) -> Result<Expr<usize>> {
        as_kind(self, Kind::Bool, contract).map(|bound| *bound)
    }
}

fn bind(expr: &Expr, contract: &Contract) -> Result<Bound> {
    let of = |expr: &Expr, kind| as_kind(expr, kind, contract);
    let all = |all: &[Expr]| {
        let bound = all
            .iter()
            .map(|one| of(one, Kind::Bool).map(|bound| *bound));
        bound.collect::<Result<Vec<_>>>()
    };
    Ok(match expr {
        Expr::Column(name) => column(name, contract)?,
        Expr::Literal(value) => (Expr::Literal(value.clone()), kind_of(value)?),
        Expr::Compare(how, a, b) => {
            let (a, b) = alike(a, b, contract)?;
            (Expr::Compare(*how, a, b), Kind::Bool)
        }
        Expr::And(parts) => (Expr::And(all(parts)?), Kind::Bool),
        Expr::Or(parts) => (Expr::Or(all(parts)?), Kind::Bool),
        Expr::Not(a) => (Expr::Not(of(a, Kind::Bool)?), Kind::Bool),
        Expr::IsNull(a) => (Expr::IsNull(Box::new(bind(a, contract)?.0)), Kind::Bool),
        Expr::IsBlank(a) => (Expr::IsBlank(of(a, Kind::Text)?), Kind::Bool),
        Expr::OneOf(a, values) => (one_of(a, values, contract)?, Kind::Bool),
        Expr::Email(a) => (Expr::Email(of(a, Kind::Text)?), Kind::Bool),
        Expr::Length(a) => (Expr::Length(of(a, Kind::Text)?), Kind::Number),
        Expr::Add(a, b) => (
            Expr::Add(of(a, Kind::Number)?, of(b, Kind::Number)?),
            Kind::Number,
        ),
        Expr::Sub(a, b) => (
            Expr::Sub(of(a, Kind::Number)?, of(b, Kind::Number)?),
            Kind::Number,
        ),
        Expr::Mul(a, b) => (
            Expr::Mul(of(a, Kind::Number)?, of(b, Kind::Number)?),
            Kind::Number,
        ),
        Expr::Abs(a) => (Expr::Abs(of(a, Kind::Number)?), Kind::Number),
    })
}

fn as_kind(expr: &Expr, kind: Kind, contract: &Contract) -> Result<Part> {
    let (bound, found) = bind(expr, contract)?;
    if found != kind {
        return Err(format!("{expr} is {found}, where {kind} is expected"));
    }
    Ok(Box::new(bound))
}

fn alike(a: &Expr, b: &Expr, contract: &Contract) -> Result<(Part, Part)> {
    let (left, kind) = bind(a, contract)?;
    Ok((Box::new(left), as_kind(b, kind, contract)?))
}

fn column(name: &str, contract: &Contract) -> Result<Bound> {
    let ordinal = contract
        .ordinal(name)
        .ok_or_else(|| format!("there is no column {name}"))?;
    Ok((Expr::Column(ordinal), contract.columns[ordinal].ty.into()))
}

/// Texts are sorted, so that they can be searched.
fn one_of(expr: &Expr, values: &[Value], contract: &Contract) -> Result<Expr<usize>> {
    if values.is_empty() {
        return Err(format!("{expr} cannot be one of no values"));
    }
    let (bound, kind) = bind(expr, contract)?;
    for value in values {
        let found = kind_of(value)?;
        if found != kind {
            return Err(format!(
                "{expr} is {kind}, and one of the values is {found}"
            ));
        }
    }
    let mut values = values.to_vec();
    values.sort_by(|a, b| {
        a.as_ref()
            .compare(&b.as_ref())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(Expr::OneOf(Box::new(bound), values))
}

fn kind_of(value: &Value) -> Result<Kind> {
    match value {
        Value::Null => Err("a comparison with NULL says nothing: use is_null".into()),
        Value::Float(v) if !v.is_finite() => Err(format!("{v} is no constant to compare with")),
        Value::Bool(_) => Ok(Kind::Bool),
        Value::Int(_) | Value::Float(_) | Value::Decimal(_) => Ok(Kind::Number),
        Value::Text(_) => Ok(Kind::Text),
        Value::Date(_) => Ok(Kind::Date),
        Value::Timestamp(_) => Ok(Kind::Timestamp),
        Value::Timestamptz(_) => Ok(Kind::Timestamptz),
    }
}

impl From<Type> for Kind {
    fn from(ty: Type) -> Self {
        match ty {
            Type::Bool => Kind::Bool,
            Type::Int4 | Type::Int8 | Type::Float8 | Type::Numeric => Kind::Number,
            Type::Text => Kind::Text,
            Type::Date => Kind::Date,
            Type::Timestamp => Kind::Timestamp,
            Type::Timestamptz => Kind::Timestamptz,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Bool => "a condition",
            Kind::Number => "a number",
            Kind::Text => "text",
            Kind::Date => "a date",
            Kind::Timestamp => "a timestamp without time zone",
            Kind::Timestamptz => "a timestamp with time zone",
        })
    }
}
