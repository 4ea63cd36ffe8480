//! What conditions in SQL mean.

use chrono::{NaiveDate, TimeZone, Utc};
use ml_core::{Type, Value};
use ml_quality::{Compare, Expr, condition};
use rust_decimal::dec;

fn column(name: &str) -> Expr {
    Expr::column(name)
}

fn is(name: &str, how: Compare, value: impl Into<Value>) -> Expr {
    column(name).compare(how, Expr::literal(value))
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

#[track_caller]
fn means(text: &str, expr: Expr) {
    assert_eq!(condition(text).unwrap(), expr, "{text}");
}

#[test]
fn every_construct_has_its_expression() {
    use Compare::*;
    for (sign, how) in [
        ("=", Eq),
        ("<>", Ne),
        ("!=", Ne),
        ("<", Lt),
        ("<=", Le),
        (">", Gt),
        (">=", Ge),
    ] {
        means(&format!("a {sign} 1"), is("a", how, 1));
    }
    let (a, b, c) = (is("a", Gt, 1), is("b", Gt, 2), is("c", Gt, 3));
    let three = || vec![a.clone(), b.clone(), c.clone()];
    means("a > 1 AND b > 2 and c > 3", Expr::And(three()));
    means("a > 1 OR b > 2 or c > 3", Expr::Or(three()));
    means("NOT a > 1", a.clone().negated());
    means(
        "a > 1 or b > 2 and c > 3",
        Expr::Or(vec![a.clone(), Expr::And(vec![b.clone(), c.clone()])]),
    );
    means(
        "(a > 1 or b > 2) and c > 3",
        Expr::And(vec![Expr::Or(vec![a, b]), c]),
    );
    means("a is null", Expr::IsNull(boxed(column("a"))));
    means("a is not null", Expr::IsNull(boxed(column("a"))).negated());
    let within = Expr::And(vec![is("a", Ge, dec!(0.01)), is("a", Le, 100_000)]);
    means("a between 0.01 and 100000", within.clone());
    means("a not between 0.01 and 100000", within.negated());
    let one_of = Expr::OneOf(boxed(column("a")), vec!["x".into(), "it's".into()]);
    means("a in ('x', 'it''s')", one_of.clone());
    means("a not in ('x', 'it''s')", one_of.negated());
    let distinct = Expr::IsDistinct(boxed(column("a")), boxed(column("b")));
    means("a is distinct from b", distinct.clone());
    means("a is not distinct from b", distinct.negated());
}

#[test]
fn values_are_calculated_as_written() {
    let [a, b, c] = ["a", "b", "c"].map(|name| boxed(column(name)));
    let product = boxed(Expr::Mul(b.clone(), c.clone()));
    let sum = Expr::Add(a.clone(), product);
    means("a + b * c = 0", sum.compare(Compare::Eq, Expr::literal(0)));
    let difference = boxed(Expr::Sub(a.clone(), b));
    let expr = Expr::Sub(difference, c).compare(Compare::Eq, Expr::literal(0));
    means("a - b - c = 0", expr);
    let minus = Expr::Sub(boxed(Expr::literal(0)), a.clone());
    means("-a < 0", minus.compare(Compare::Lt, Expr::literal(0)));
    means(
        "abs(a) < 1",
        Expr::Abs(a.clone()).compare(Compare::Lt, Expr::literal(1)),
    );
    for name in ["length", "LENGTH", "char_length", "character_length"] {
        let expr = Expr::Length(a.clone()).compare(Compare::Lt, Expr::literal(9));
        means(&format!("{name}(a) < 9"), expr);
    }
    let first = Expr::Coalesce(vec![*a, Expr::literal(0)]);
    means(
        "coalesce(a, 0) >= 0",
        first.compare(Compare::Ge, Expr::literal(0)),
    );
}

#[test]
fn like_is_a_comparison_of_ends() {
    let (a, x) = (|| boxed(column("a")), || String::from("x"));
    means("a like 'x%'", Expr::StartsWith(a(), x()));
    means("a like '%x'", Expr::EndsWith(a(), x()));
    means("a like '%x%'", Expr::Contains(a(), x()));
    means("a like 'x'", is("a", Compare::Eq, "x"));
    means("a not like 'x%'", Expr::StartsWith(a(), x()).negated());
}

#[test]
fn functions_and_operators_have_their_nodes() {
    let a = || boxed(column("a"));
    let zero = |expr: Expr| expr.compare(Compare::Eq, Expr::literal(0));
    means("a ~ '^x$'", Expr::Matches(a(), "^x$".into()));
    means("a !~ '^x$'", Expr::Matches(a(), "^x$".into()).negated());
    means("starts_with(a, 'x')", Expr::StartsWith(a(), "x".into()));
    means("a % 3 = 0", zero(Expr::Mod(a(), 3.into())));
    means("mod(a, 0.5) = 0", zero(Expr::Mod(a(), dec!(0.5))));
    let both = vec![column("a"), column("b")];
    means("num_nonnulls(a, b) = 0", zero(Expr::Present(both)));
    let not_after = |ty| column("a").compare(Compare::Le, Expr::Now(ty));
    means("a <= current_date", not_after(Type::Date));
    means("a <= CURRENT_TIMESTAMP", not_after(Type::Timestamptz));
    means("a <= now()", not_after(Type::Timestamptz));
    means("a <= localtimestamp", not_after(Type::Timestamp));
}

#[test]
fn constants_are_exact() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    let noon = day.and_hms_opt(12, 0, 0).unwrap();
    let constants: [(&str, Value); 14] = [
        ("0", 0.into()),
        ("-5", (-5).into()),
        ("0.10", dec!(0.10).into()),
        ("-.5", dec!(-0.5).into()),
        ("1e3", dec!(1000).into()),
        ("9223372036854775807", i64::MAX.into()),
        ("-9223372036854775808", i64::MIN.into()),
        ("9223372036854775808", dec!(9223372036854775808).into()),
        (
            "0.1234567890123456789012345678",
            dec!(0.1234567890123456789012345678).into(),
        ),
        ("TRUE", true.into()),
        ("DATE '2026-11-24'", day.into()),
        ("TIMESTAMP '2026-11-24 12:00:00'", noon.into()),
        (
            "TIMESTAMPTZ '2026-11-24 13:00:00+01'",
            noon.and_utc().into(),
        ),
        (
            "timestamp with time zone '2026-11-24T12:00:00Z'",
            Utc.from_utc_datetime(&noon).into(),
        ),
    ];
    for (text, value) in constants {
        means(&format!("a = {text}"), is("a", Compare::Eq, value));
    }
}

#[test]
fn names_are_folded_unless_quoted() {
    means("Amount = 1", is("amount", Compare::Eq, 1));
    means("\"Amount\" = 1", is("Amount", Compare::Eq, 1));
    means("\"a\"\"b\" = 1", is("a\"b", Compare::Eq, 1));
    means("ÄRGER = 1", is("Ärger", Compare::Eq, 1));
}

/// PostgreSQL documentation, table "Operator Precedence (highest to lowest)".
#[test]
fn operators_bind_as_in_postgresql() {
    let table = [
        ("not a = 1 and b = 2", "(not (a = 1)) and (b = 2)"),
        ("not a is null", "not (a is null)"),
        (
            "not a between 1 and 2 or b",
            "(not (a between 1 and 2)) or b",
        ),
        ("a = 1 is null", "(a = 1) is null"),
        ("a + 1 is null", "(a + 1) is null"),
        ("a < b is distinct from c", "(a < b) is distinct from c"),
        ("a between 1 and 2 and b", "(a between 1 and 2) and b"),
        (
            "a between b + 1 and c * 2 and b",
            "(a between (b + 1) and (c * 2)) and b",
        ),
        ("a + b in (1)", "(a + b) in (1)"),
        ("a = b in (1)", "a = (b in (1))"),
        ("a = b like 'x'", "a = (b like 'x')"),
        ("- a + b = 1", "((- a) + b) = 1"),
        ("- a * b = 1", "((- a) * b) = 1"),
        ("a - -1 * b = 1", "(a - ((-1) * b)) = 1"),
        ("a or b and not c", "a or (b and (not c))"),
    ];
    for (text, bracketed) in table {
        let with_brackets = condition(bracketed).unwrap();
        assert_eq!(condition(text).unwrap(), with_brackets, "{text}");
    }
}
