use std::cmp::Ordering;

use ml_core::{Fields, Value, ValueRef};

use crate::text::{Case, Cased};
use crate::{Compare, Expr, is_email, number};

impl Expr<usize> {
    /// Whether the record passes: everything but false does, as in a `CHECK` of SQL.
    #[inline]
    pub(crate) fn passes<R: Fields>(&self, record: &R) -> bool {
        self.truth(record) != Some(false)
    }

    /// True, false, or unknown (`None`, which is SQL's NULL).
    fn truth<R: Fields>(&self, record: &R) -> Option<bool> {
        match self {
            Expr::Compare(how, a, b) => order(a, b, record).map(|order| how.holds(order)),
            Expr::And(all) => deciding(false, all.iter().map(|one| one.truth(record))),
            Expr::Or(all) => deciding(true, all.iter().map(|one| one.truth(record))),
            Expr::Not(a) => a.truth(record).map(|truth| !truth),
            Expr::IsNull(a) => Some(a.leaf(record).is_null()),
            Expr::IsBlank(a) => is_blank(a.leaf(record)),
            Expr::OneOf(a, values) => is_one_of(a.leaf(record), a.case(), values),
            Expr::Email(a) => text(a.leaf(record)).map(is_email),
            Expr::IsDistinct(a, b) => Some(is_distinct(a, b, record)),
            Expr::StartsWith(a, part) => a.cased(record).map(|text| text.starts_with(part)),
            Expr::EndsWith(a, part) => a.cased(record).map(|text| text.ends_with(part)),
            Expr::Contains(a, part) => a.cased(record).map(|text| text.contains(part)),
            Expr::Matches(a, pattern) => {
                let text = a.cased(record)?;
                pattern.is_match(&text.whole())
            }
            _ => match self.value(record) {
                ValueRef::Bool(truth) => Some(truth),
                _ => None,
            },
        }
    }

    /// The value, without a call where it need not be calculated: most rules compare a column with a constant.
    #[inline]
    fn leaf<'a, R: Fields>(&'a self, record: &'a R) -> ValueRef<'a> {
        match self {
            Expr::Column(ordinal) => record.field(*ordinal),
            Expr::Literal(Value::Int(value)) => ValueRef::Int(*value),
            Expr::Literal(value) => value.as_ref(),
            _ => self.value(record),
        }
    }

    fn value<'a, R: Fields>(&'a self, record: &'a R) -> ValueRef<'a> {
        match self {
            Expr::Column(ordinal) => record.field(*ordinal),
            Expr::Literal(value) => value.as_ref(),
            Expr::Length(a) => length(a.leaf(record)),
            Expr::Add(a, b) => number::add(a.value(record), b.value(record)),
            Expr::Sub(a, b) => number::sub(a.value(record), b.value(record)),
            Expr::Mul(a, b) => number::mul(a.value(record), b.value(record)),
            Expr::Abs(a) => number::abs(a.value(record)),
            Expr::Mod(a, step) => number::rem(a.value(record), *step),
            Expr::Scale(a) => number::scale(a.value(record)),
            Expr::Days(a, b) => days(a.leaf(record), b.leaf(record)),
            Expr::Coalesce(all) => {
                let mut values = all.iter().map(|one| one.leaf(record));
                let known = values.find(|value| !value.is_null());
                known.unwrap_or(ValueRef::Null)
            }
            // Whoever reads the text asks for its case.
            Expr::AsciiLower(a) | Expr::AsciiUpper(a) => a.value(record),
            Expr::Trim(a) => {
                text(a.leaf(record)).map_or(ValueRef::Null, |text| ValueRef::Text(text.trim()))
            }
            _ => self.truth(record).map_or(ValueRef::Null, ValueRef::Bool),
        }
    }

    fn cased<'a, R: Fields>(&'a self, record: &'a R) -> Option<Cased<'a>> {
        let case = self.case();
        text(self.leaf(record)).map(|text| Cased { text, case })
    }
}

#[inline]
fn order<R: Fields>(a: &Expr<usize>, b: &Expr<usize>, record: &R) -> Option<Ordering> {
    match (a.leaf(record), b.leaf(record)) {
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

fn is_distinct<R: Fields>(a: &Expr<usize>, b: &Expr<usize>, record: &R) -> bool {
    match (a.leaf(record).is_null(), b.leaf(record).is_null()) {
        (true, true) => false,
        (false, false) => order(a, b, record) != Some(Ordering::Equal),
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
    text(value).map_or(ValueRef::Null, |text| {
        ValueRef::Int(text.chars().count() as i64)
    })
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
