use std::fmt;

use ml_core::{Contract, Type, Value};

use crate::{Expr, number};

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
    match expr {
        Expr::Column(name) => column(name, contract),
        Expr::Literal(value) => Ok((Expr::Literal(value.clone()), kind_of(value)?)),
        Expr::Coalesce(all) => coalesce(all, contract),
        Expr::Length(_) | Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..) => numeric(expr, contract),
        Expr::Abs(_) | Expr::Mod(..) | Expr::Scale(_) => numeric(expr, contract),
        Expr::Days(..) | Expr::Seconds(..) | Expr::Present(_) => numeric(expr, contract),
        Expr::Now(ty) => now(*ty),
        Expr::AsciiLower(a) => text(a, Expr::AsciiLower, contract),
        Expr::AsciiUpper(a) => text(a, Expr::AsciiUpper, contract),
        Expr::Trim(a) => text(a, Expr::Trim, contract),
        _ => Ok((condition(expr, contract)?, Kind::Bool)),
    }
}

fn condition(expr: &Expr, contract: &Contract) -> Result<Expr<usize>> {
    let of = |expr: &Expr, kind| as_kind(expr, kind, contract);
    let all = |all: &[Expr]| {
        let bound = all
            .iter()
            .map(|one| of(one, Kind::Bool).map(|bound| *bound));
        bound.collect::<Result<Vec<_>>>()
    };
    Ok(match expr {
        Expr::Compare(how, a, b) => {
            let (a, b) = alike(a, b, contract)?;
            Expr::Compare(*how, a, b)
        }
        Expr::IsDistinct(a, b) => {
            let (a, b) = alike(a, b, contract)?;
            Expr::IsDistinct(a, b)
        }
        Expr::And(parts) => Expr::And(all(parts)?),
        Expr::Or(parts) => Expr::Or(all(parts)?),
        Expr::Not(a) => Expr::Not(of(a, Kind::Bool)?),
        Expr::IsNull(a) => Expr::IsNull(Box::new(bind(a, contract)?.0)),
        Expr::IsBlank(a) => Expr::IsBlank(of(a, Kind::Text)?),
        Expr::OneOf(a, values) => one_of(a, values, contract)?,
        Expr::Format(a, format) => Expr::Format(of(a, Kind::Text)?, *format),
        Expr::StartsWith(a, part) => Expr::StartsWith(of(a, Kind::Text)?, part.clone()),
        Expr::EndsWith(a, part) => Expr::EndsWith(of(a, Kind::Text)?, part.clone()),
        Expr::Contains(a, part) => Expr::Contains(of(a, Kind::Text)?, part.clone()),
        Expr::Matches(a, pattern) => Expr::Matches(of(a, Kind::Text)?, pattern.compiled()?),
        _ => return Err(format!("{expr} is no condition")),
    })
}

fn numeric(expr: &Expr, contract: &Contract) -> Result<Bound> {
    let of = |expr: &Expr, kind| as_kind(expr, kind, contract);
    let exact = |expr: &Expr| match of(expr, Kind::Number)? {
        bound if bound.is_float(contract) => Err(format!(
            "{expr} is a float, where a whole or decimal number is expected"
        )),
        bound => Ok(bound),
    };
    let bound = match expr {
        Expr::Length(a) => Expr::Length(of(a, Kind::Text)?),
        Expr::Add(a, b) => Expr::Add(of(a, Kind::Number)?, of(b, Kind::Number)?),
        // As SQL has it: a date less a date is a number of days.
        Expr::Sub(a, b) if bind(a, contract)?.1 == Kind::Date => {
            Expr::Days(of(a, Kind::Date)?, of(b, Kind::Date)?)
        }
        Expr::Sub(a, b) => Expr::Sub(of(a, Kind::Number)?, of(b, Kind::Number)?),
        Expr::Mul(a, b) => Expr::Mul(of(a, Kind::Number)?, of(b, Kind::Number)?),
        Expr::Abs(a) => Expr::Abs(of(a, Kind::Number)?),
        Expr::Mod(a, step) if step.is_zero() => return Err(format!("{a} divided by zero")),
        Expr::Mod(a, step) => Expr::Mod(exact(a)?, *step),
        Expr::Scale(a) => Expr::Scale(exact(a)?),
        Expr::Days(a, b) => Expr::Days(of(a, Kind::Date)?, of(b, Kind::Date)?),
        Expr::Seconds(a, b) => seconds(a, b, contract)?,
        Expr::Present(all) => Expr::Present(present(all, contract)?),
        _ => return Err(format!("{expr} is no number")),
    };
    Ok((bound, Kind::Number))
}

/// Of two timestamps of one type.
fn seconds(a: &Expr, b: &Expr, contract: &Contract) -> Result<Expr<usize>> {
    let (left, kind) = bind(a, contract)?;
    match kind {
        Kind::Timestamp | Kind::Timestamptz => {
            let right = as_kind(b, kind, contract)?;
            Ok(Expr::Seconds(Box::new(left), right))
        }
        _ => Err(format!("{a} is {kind}, where a timestamp is expected")),
    }
}

fn present(all: &[Expr], contract: &Contract) -> Result<Vec<Expr<usize>>> {
    match all {
        [] => Err("none of no values is present".into()),
        _ => all.iter().map(|one| Ok(bind(one, contract)?.0)).collect(),
    }
}

fn now(ty: Type) -> Result<Bound> {
    match ty {
        Type::Date | Type::Timestamp | Type::Timestamptz => Ok((Expr::Now(ty), ty.into())),
        _ => Err(format!("now is no {ty}")),
    }
}

fn text(expr: &Expr, of: fn(Part) -> Expr<usize>, contract: &Contract) -> Result<Bound> {
    Ok((of(as_kind(expr, Kind::Text, contract)?), Kind::Text))
}

/// All of one kind, so that the value's type does not hang on which one is NULL.
fn coalesce(all: &[Expr], contract: &Contract) -> Result<Bound> {
    let (first, rest) = all.split_first().ok_or("coalesce of nothing")?;
    let (first, kind) = bind(first, contract)?;
    let mut bound = vec![first];
    for one in rest {
        bound.push(*as_kind(one, kind, contract)?);
    }
    if bound.iter().any(|one| one.is_float(contract)) {
        bound.iter_mut().for_each(number::make_float);
    }
    let (is_float, case) = (bound[0].is_float(contract), bound[0].case());
    let differs = |one: &Expr<usize>| one.is_float(contract) != is_float || !one.is_in(case);
    match bound.iter().position(differs) {
        Some(place) => Err(format!(
            "{} and {} are not of one kind: of floats and decimals, or of texts with and without lower() or upper(), \
             coalesce takes one",
            all[0], all[place]
        )),
        None => Ok((Expr::Coalesce(bound), kind)),
    }
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

impl Expr<usize> {
    /// Whether a number is a float; the others are exact.
    pub(crate) fn is_float(&self, contract: &Contract) -> bool {
        match self {
            Expr::Column(ordinal) => contract.columns[*ordinal].ty == Type::Float8,
            Expr::Literal(value) => matches!(value, Value::Float(_)),
            Expr::Add(a, b) | Expr::Sub(a, b) | Expr::Mul(a, b) => {
                a.is_float(contract) || b.is_float(contract)
            }
            Expr::Abs(a) => a.is_float(contract),
            Expr::Coalesce(all) => all.first().is_some_and(|one| one.is_float(contract)),
            _ => false,
        }
    }
}

impl Expr<usize> {
    /// How deep sums and products are nested in it.
    pub(crate) fn calculations(&self) -> usize {
        let inner = self.parts().into_iter().map(Expr::calculations).max();
        let is_one = matches!(self, Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..));
        inner.unwrap_or(0) + usize::from(is_one)
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
