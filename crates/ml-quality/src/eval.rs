use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use ml_core::{Fields, Type, Value, ValueRef};
use rust_decimal::Decimal;

use crate::text::{Case, Cased};
use crate::{Compare, Expr, number};

/// The instant that rules call now.
type Now = DateTime<Utc>;

impl Expr<usize> {
    /// Whether the record passes: everything but false does, as in a `CHECK` of SQL.
    #[inline]
    pub(crate) fn passes<R: Fields>(&self, record: &R, now: Now) -> bool {
        self.truth(record, now) != Some(false)
    }

    /// True, false, or unknown (`None`, which is SQL's NULL).
    fn truth<R: Fields>(&self, record: &R, now: Now) -> Option<bool> {
        match self {
            Expr::Compare(how, a, b) => order(a, b, record, now).map(|order| how.holds(order)),
            Expr::And(all) => deciding(false, all.iter().map(|one| one.truth(record, now))),
            Expr::Or(all) => deciding(true, all.iter().map(|one| one.truth(record, now))),
            Expr::Not(a) => a.truth(record, now).map(|truth| !truth),
            Expr::IsNull(a) => Some(a.leaf(record, now).is_null()),
            Expr::IsBlank(a) => is_blank(a.leaf(record, now)),
            Expr::OneOf(a, values) => is_one_of(a.leaf(record, now), a.case(), values),
            Expr::Format(a, format) => {
                let text = a.cased(record, now)?;
                Some(format.is_match(&text.whole()))
            }
            Expr::IsDistinct(a, b) => Some(is_distinct(a, b, record, now)),
            Expr::StartsWith(a, part) => a.cased(record, now).map(|text| text.starts_with(part)),
            Expr::EndsWith(a, part) => a.cased(record, now).map(|text| text.ends_with(part)),
            Expr::Contains(a, part) => a.cased(record, now).map(|text| text.contains(part)),
            Expr::Matches(a, pattern) => {
                let text = a.cased(record, now)?;
                pattern.is_match(&text.whole())
            }
            _ => match self.value(record, now) {
                ValueRef::Bool(truth) => Some(truth),
                _ => None,
            },
        }
    }

    /// The value, without a call where it need not be calculated: most rules compare a column with a constant.
    #[inline]
    fn leaf<'a, R: Fields>(&'a self, record: &'a R, now: Now) -> ValueRef<'a> {
        match self {
            Expr::Column(ordinal) => record.field(*ordinal),
            Expr::Literal(Value::Int(value)) => ValueRef::Int(*value),
            Expr::Literal(value) => value.as_ref(),
            _ => self.value(record, now),
        }
    }

    fn value<'a, R: Fields>(&'a self, record: &'a R, now: Now) -> ValueRef<'a> {
        match self {
            Expr::Column(ordinal) => record.field(*ordinal),
            Expr::Literal(value) => value.as_ref(),
            Expr::Length(a) => length(a.leaf(record, now)),
            Expr::Add(a, b) => number::add(a.value(record, now), b.value(record, now)),
            Expr::Sub(a, b) => number::sub(a.value(record, now), b.value(record, now)),
            Expr::Mul(a, b) => number::mul(a.value(record, now), b.value(record, now)),
            Expr::Abs(a) => number::abs(a.value(record, now)),
            Expr::Mod(a, step) => number::rem(a.value(record, now), *step),
            Expr::Scale(a) => number::scale(a.value(record, now)),
            Expr::Days(a, b) => days(a.leaf(record, now), b.leaf(record, now)),
            Expr::Seconds(a, b) => seconds(a.leaf(record, now), b.leaf(record, now)),
            Expr::Present(all) => {
                let present = all.iter().filter(|one| !one.leaf(record, now).is_null());
                ValueRef::Int(present.count() as i64)
            }
            Expr::Now(ty) => at(now, *ty),
            Expr::Coalesce(all) => {
                let mut values = all.iter().map(|one| one.leaf(record, now));
                let known = values.find(|value| !value.is_null());
                known.unwrap_or(ValueRef::Null)
            }
            // Whoever reads the text asks for its case.
            Expr::AsciiLower(a) | Expr::AsciiUpper(a) => a.value(record, now),
            Expr::Trim(a) => {
                text(a.leaf(record, now)).map_or(ValueRef::Null, |text| ValueRef::Text(text.trim()))
            }
            _ => self
                .truth(record, now)
                .map_or(ValueRef::Null, ValueRef::Bool),
        }
    }

    fn cased<'a, R: Fields>(&'a self, record: &'a R, now: Now) -> Option<Cased<'a>> {
        let case = self.case();
        text(self.leaf(record, now)).map(|text| Cased { text, case })
    }
}

#[inline]
fn order<R: Fields>(a: &Expr<usize>, b: &Expr<usize>, record: &R, now: Now) -> Option<Ordering> {
    match (a.leaf(record, now), b.leaf(record, now)) {
        (ValueRef::Text(x), ValueRef::Text(y)) => {
            let [a, b] = [(x, a), (y, b)].map(|(text, of)| Cased {
                text,
                case: of.case(),
            });
            Some(a.order(b))
        }
        (x, y) => number::order(x, y),
    }
}

fn is_distinct<R: Fields>(a: &Expr<usize>, b: &Expr<usize>, record: &R, now: Now) -> bool {
    match (a.leaf(record, now).is_null(), b.leaf(record, now).is_null()) {
        (true, true) => false,
        (false, false) => order(a, b, record, now) != Some(Ordering::Equal),
        _ => true,
    }
}

impl Compare {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Eq => order.is_eq(),
            Compare::Ne => order.is_ne(),
            Compare::Lt => order.is_lt(),
            Compare::Le => order.is_le(),
            Compare::Gt => order.is_gt(),
            Compare::Ge => order.is_ge(),
        }
    }
}

/// One `decider` decides; without one, an unknown leaves it unknown.
fn deciding(decider: bool, truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(!decider);
    for truth in truths {
        match truth {
            Some(truth) if truth == decider => return Some(decider),
            None => result = None,
            Some(_) => {}
        }
    }
    result
}

fn text(value: ValueRef<'_>) -> Option<&str> {
    match value {
        ValueRef::Text(text) => Some(text),
        _ => None,
    }
}

fn length(value: ValueRef<'_>) -> ValueRef<'_> {
    let count = |text: &str| match text.is_ascii() {
        true => text.len(),
        false => text.chars().count(),
    };
    text(value).map_or(ValueRef::Null, |text| ValueRef::Int(count(text) as i64))
}

fn is_blank(value: ValueRef<'_>) -> Option<bool> {
    if value.is_null() {
        return Some(true);
    }
    text(value).map(|text| text.trim_start().is_empty())
}

fn days<'a>(a: ValueRef<'_>, b: ValueRef<'_>) -> ValueRef<'a> {
    match (a, b) {
        (ValueRef::Date(a), ValueRef::Date(b)) => ValueRef::Int((a - b).num_days()),
        _ => ValueRef::Null,
    }
}

/// Exact: PostgreSQL's `extract(epoch …)` is `numeric` with six places.
fn seconds<'a>(a: ValueRef<'_>, b: ValueRef<'_>) -> ValueRef<'a> {
    let apart = match (a, b) {
        (ValueRef::Timestamp(a), ValueRef::Timestamp(b)) => a - b,
        (ValueRef::Timestamptz(a), ValueRef::Timestamptz(b)) => a - b,
        _ => return ValueRef::Null,
    };
    let micros = apart.num_microseconds();
    micros.map_or(ValueRef::Null, |micros| {
        ValueRef::Decimal(Decimal::new(micros, 6))
    })
}

fn at<'a>(now: Now, ty: Type) -> ValueRef<'a> {
    match ty {
        Type::Date => ValueRef::Date(now.date_naive()),
        Type::Timestamp => ValueRef::Timestamp(now.naive_utc()),
        _ => ValueRef::Timestamptz(now),
    }
}

/// Binding has sorted the texts.
fn is_one_of(value: ValueRef<'_>, case: Case, values: &[Value]) -> Option<bool> {
    match value {
        ValueRef::Null => None,
        ValueRef::Text(text) => {
            let text = Cased { text, case };
            Some(values.binary_search_by(|one| by_bytes(one, text)).is_ok())
        }
        _ => Some(values.iter().any(|one| is_equal(value, one))),
    }
}

fn by_bytes(one: &Value, text: Cased<'_>) -> Ordering {
    let case = Case::Kept;
    match one {
        Value::Text(one) => Cased { text: one, case }.order(text),
        _ => Ordering::Less,
    }
}

fn is_equal(value: ValueRef<'_>, one: &Value) -> bool {
    number::order(value, one.as_ref()) == Some(Ordering::Equal)
}

#[cfg(test)]
mod tests;
