use std::fmt;

use ml_core::{Column, Value};

use crate::{Compare, Expr, Rule};

/// A value in the words of a rule: text without quotes.
pub(crate) struct Plain<'a>(pub(crate) &'a Value);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Text(text) => f.write_str(text),
            value => value.as_ref().fmt(f),
        }
    }
}

/// A rule named after its column.
pub(crate) fn rule<T, V>(
    column: Column<T, V>,
    what: &str,
    expr: impl FnOnce(Box<Expr>) -> Expr,
    expected: impl Into<String>,
) -> Rule {
    let id = format!("{}.{what}", column.name);
    Rule::new(id, expr(Box::new(Expr::column(column.name))), expected)
}

/// A rule of one bound.
pub(crate) fn limited<T, V>(
    column: Column<T, V>,
    what: &str,
    words: &str,
    how: Compare,
    limit: Value,
) -> Rule {
    let expected = format!("{words} {}", Plain(&limit));
    let expr = |column: Box<Expr>| column.compare(how, Expr::Literal(limit));
    rule(column, what, expr, expected)
}

/// Both bounds included.
pub(crate) fn within(expr: Expr, lo: Value, hi: Value) -> Expr {
    let above = expr.clone().compare(Compare::Ge, Expr::Literal(lo));
    Expr::And(vec![above, expr.compare(Compare::Le, Expr::Literal(hi))])
}

/// A rule about text that has a constant in it.
pub(crate) fn about_part<T, V>(
    column: Column<T, V>,
    what: &str,
    words: &str,
    part: impl Into<String>,
    expr: fn(Box<Expr>, String) -> Expr,
) -> Rule {
    let part = part.into();
    let expected = format!("{words} {part}");
    rule(column, what, |column| expr(column, part), expected)
}

/// Texts as values, and as a list for people.
pub(crate) fn constants<S: Into<String>>(
    values: impl IntoIterator<Item = S>,
) -> (Vec<Value>, String) {
    let values: Vec<String> = values.into_iter().map(Into::into).collect();
    let listed = values.join(", ");
    (values.into_iter().map(Value::Text).collect(), listed)
}
