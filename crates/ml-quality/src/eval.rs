use std::cmp::Ordering;

use ml_core::{Fields, Value, ValueRef};

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
            Expr::Compare(how, a, b) => {
                number::order(a.leaf(record), b.leaf(record)).map(|order| how.holds(order))
            }
            Expr::And(all) => deciding(false, all.iter().map(|one| one.truth(record))),
            Expr::Or(all) => deciding(true, all.iter().map(|one| one.truth(record))),
            Expr::Not(a) => a.truth(record).map(|truth| !truth),
            Expr::IsNull(a) => Some(a.leaf(record).is_null()),
            Expr::IsBlank(a) => is_blank(a.leaf(record)),
            Expr::OneOf(a, values) => is_one_of(a.leaf(record), values),
            Expr::Email(a) => text(a.leaf(record)).map(is_email),
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
            _ => self.truth(record).map_or(ValueRef::Null, ValueRef::Bool),
        }
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

/// Binding has sorted the texts.
fn is_one_of(value: ValueRef<'_>, values: &[Value]) -> Option<bool> {
    match value {
        ValueRef::Null => None,
        ValueRef::Text(text) => Some(values.binary_search_by(|one| by_bytes(one, text)).is_ok()),
        _ => Some(values.iter().any(|one| is_equal(value, one))),
    }
}

fn by_bytes(one: &Value, text: &str) -> Ordering {
    match one {
        Value::Text(one) => one.as_str().cmp(text),
        _ => Ordering::Less,
    }
}

fn is_equal(value: ValueRef<'_>, one: &Value) -> bool {
    number::order(value, one.as_ref()) == Some(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Fields for Nothing {
        fn field(&self, _ordinal: usize) -> ValueRef<'_> {
            ValueRef::Null
        }
    }

    const T: Option<bool> = Some(true);
    const F: Option<bool> = Some(false);
    const N: Option<bool> = None;

    fn literal(truth: Option<bool>) -> Expr<usize> {
        Expr::Literal(truth.map_or(Value::Null, Value::Bool))
    }

    fn text(text: &str) -> Box<Expr<usize>> {
        Box::new(Expr::Literal(text.into()))
    }

    fn null() -> Box<Expr<usize>> {
        Box::new(Expr::Column(0))
    }

    /// PostgreSQL documentation, table "Logical Operators".
    #[test]
    fn the_truth_tables_are_those_of_sql() {
        let table = [
            (T, T, T, T),
            (T, F, F, T),
            (T, N, N, T),
            (F, T, F, T),
            (F, F, F, F),
            (F, N, F, N),
            (N, T, N, T),
            (N, F, F, N),
            (N, N, N, N),
        ];
        for (a, b, and, or) in table {
            let both = || vec![literal(a), literal(b)];
            assert_eq!(Expr::And(both()).truth(&Nothing), and, "{a:?} and {b:?}");
            assert_eq!(Expr::Or(both()).truth(&Nothing), or, "{a:?} or {b:?}");
        }
        for (a, not) in [(T, F), (F, T), (N, N)] {
            assert_eq!(Expr::Not(Box::new(literal(a))).truth(&Nothing), not);
        }
        assert_eq!(Expr::<usize>::And(Vec::new()).truth(&Nothing), T);
        assert_eq!(Expr::<usize>::Or(Vec::new()).truth(&Nothing), F);
    }

    #[test]
    fn only_false_is_a_violation() {
        let passes = [T, F, N].map(|truth| literal(truth).passes(&Nothing));
        assert_eq!(passes, [true, false, true]);
    }

    #[test]
    fn null_is_unknown_except_where_it_is_asked_for() {
        let one = Expr::Literal(Value::Int(1));
        let unknown = [
            Expr::Compare(Compare::Eq, null(), null()),
            Expr::Compare(Compare::Ne, null(), Box::new(one.clone())),
            Expr::OneOf(null(), vec!["a".into()]),
            Expr::Email(null()),
            Expr::Compare(Compare::Ge, Box::new(Expr::Length(null())), Box::new(one)),
        ];
        for expr in unknown {
            assert_eq!(expr.truth(&Nothing), N, "{expr}");
        }
        assert_eq!(Expr::IsNull(null()).truth(&Nothing), T);
        assert_eq!(Expr::IsBlank(null()).truth(&Nothing), T);
        assert_eq!(
            Expr::IsNull(Box::new(Expr::Add(null(), null()))).truth(&Nothing),
            T
        );
    }

    #[test]
    fn every_operator_compares() {
        use Compare::*;
        let table = [
            (Eq, [false, true, false]),
            (Ne, [true, false, true]),
            (Lt, [true, false, false]),
            (Le, [true, true, false]),
            (Gt, [false, false, true]),
            (Ge, [false, true, true]),
        ];
        for (how, expected) in table {
            let found = [1, 2, 3].map(|n| {
                let [a, b] = [n, 2].map(|n| Box::new(Expr::Literal(Value::Int(n))));
                Expr::Compare(how, a, b).truth(&Nothing) == T
            });
            assert_eq!(found, expected, "{}", how.sql());
        }
    }

    #[test]
    fn blank_is_white_space_of_any_script() {
        for blank in ["", " ", "\t\r\n", "\u{a0}\u{2003}\u{3000}"] {
            assert_eq!(Expr::IsBlank(text(blank)).truth(&Nothing), T, "{blank:?}");
        }
        for not in ["a", " a ", "\u{200b}", "-"] {
            assert_eq!(Expr::IsBlank(text(not)).truth(&Nothing), F, "{not:?}");
        }
    }

    #[test]
    fn length_counts_scalar_values() {
        for (value, length) in [("", 0), ("aé日", 3), ("e\u{301}", 2), ("👩‍👩‍👧", 5)]
        {
            let counted = Expr::Length(text(value));
            assert!(
                counted.value(&Nothing) == ValueRef::Int(length),
                "{value:?}"
            );
        }
    }
}
