//! Conditions in SQL that are refused, and where.

use ml_core::Kind;
use ml_quality::{Rule, condition};

/// The message, without the name of the text.
fn refusal(text: &str) -> String {
    let error = condition(text).unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    let said = error.to_string();
    said.strip_prefix("the condition, ").unwrap().to_owned()
}

#[track_caller]
fn refused(text: &str, said: &str) {
    assert_eq!(refusal(text), said, "{text}");
}

#[test]
fn everything_else_is_refused_where_it_stands() {
    let table = [
        (
            "a || 'x' = 'y'",
            "column 1: a rule cannot have the operator ||",
        ),
        ("a / 2 = 1", "column 1: a rule cannot have the operator /"),
        ("a ^ 2 = 1", "column 1: a rule cannot have the operator ^"),
        ("a ~* 'x'", "column 1: a rule cannot have the operator ~*"),
        ("a ~ b", "column 5: ~ takes a pattern in quotes"),
        (
            "a % b = 0",
            "column 5: a remainder is that of a division by a constant number",
        ),
        (
            "a = 1 and random() > b",
            "column 11: a rule cannot have the function random",
        ),
        (
            "current_user > a",
            "column 1: a rule cannot have the function current_user",
        ),
        (
            "a = 1 and b ilike 'x'",
            "column 11: a rule cannot have ILIKE",
        ),
        (
            "a similar to 'x'",
            "column 1: a rule cannot have SIMILAR TO",
        ),
        (
            "a like 'x' escape 'y'",
            "column 1: a rule cannot have LIKE with ANY or ESCAPE",
        ),
        ("a like b", "column 8: LIKE takes a text in quotes"),
        (
            "a in (select 1)",
            "column 1: a rule cannot have IN with anything but a list",
        ),
        ("a in (1, b)", "column 10: IN takes constants only"),
        (
            "a in (1, null)",
            "column 10: NULL is no constant: ask IS NULL or IS NOT NULL",
        ),
        ("a = any (b)", "column 1: a rule cannot have ANY"),
        (
            "a = null",
            "column 5: NULL is no constant: ask IS NULL or IS NOT NULL",
        ),
        ("a = $1", "column 5: a rule has no parameters such as $1"),
        ("a::int = 1", "column 1: a rule cannot have a cast to INT"),
        (
            "cast(a as int) = 1",
            "column 6: a rule cannot have a cast to INT",
        ),
        ("t.a = 1", "column 1: a rule cannot have a name with a dot"),
        ("a = (select 1)", "column 6: a rule cannot have a subquery"),
        ("exists (select 1)", "column 9: a rule cannot have EXISTS"),
        (
            "(a, b) = (1, 2)",
            "column 2: a rule cannot have a row of values",
        ),
        (
            "case when a then b end",
            "column 1: a rule cannot have CASE",
        ),
        ("a is true", "column 1: a rule cannot have IS TRUE"),
        ("a is unknown", "column 1: a rule cannot have IS UNKNOWN"),
        ("a < b < c", "column 1: comparisons in a row need brackets"),
        (
            "a = interval '1 day'",
            "column 14: a rule cannot have INTERVAL",
        ),
        (
            "a = time '12:00'",
            "column 10: a rule cannot have constants of type TIME",
        ),
        (
            "a = date '2026-02-30'",
            "column 10: \"2026-02-30\" is no date such as 2026-11-24",
        ),
        (
            "a = e'x'",
            "column 5: a rule cannot have the constant E'x': write '…'",
        ),
        (
            "a collate \"C\" = 'x'",
            "column 1: a rule cannot have COLLATE",
        ),
        (
            "a[1] = 1",
            "column 1: a rule cannot have a part of a column",
        ),
        ("abs(a, b) = 1", "column 1: abs takes 1 argument, not 2"),
        (
            "count(*) = 1",
            "column 1: a rule cannot have the function count",
        ),
        (
            "abs(distinct a) = 1",
            "column 1: a rule cannot have the function abs",
        ),
        (
            "lower(a) = 'x'",
            "column 1: a rule cannot have the function lower",
        ),
        (
            "trim(a) = 'x'",
            "column 6: a rule cannot have the function trim",
        ),
        (
            "extract(year from a) = 1",
            "column 19: a rule cannot have EXTRACT",
        ),
        (
            "a = 12345678901234567890123456789012",
            "column 5: 12345678901234567890123456789012 is no number of at most 28 digits",
        ),
        ("a = 1 b", "column 7: the condition ends before b"),
        (
            "a = 1; drop table x",
            "column 6: the condition ends before ;",
        ),
        ("a = ", "column 4: expected an expression, found: EOF"),
        ("", "column 1: expected an expression, found: EOF"),
        ("a = )", "column 5: expected an expression, found: )"),
        ("a = 'x", "column 5: Unterminated string literal"),
    ];
    for (text, said) in table {
        refused(text, &format!("line 1 {said}"));
    }
}

#[test]
fn patterns_have_no_inside() {
    let why = "LIKE takes % at the ends only, and neither _ nor \\";
    for pattern in ["a%b", "_x", "%%%", r"x\%"] {
        refused(
            &format!("a like '{pattern}'"),
            &format!("line 1 column 8: {why}"),
        );
    }
}

#[test]
fn the_place_is_shown() {
    let error = condition("amount > 0\n  and lower(region) = 'eu'").unwrap_err();
    assert_eq!(
        error.chain(),
        "the condition, line 2 column 7: a rule cannot have the function lower: \n    and lower(region) = 'eu'\n        ^^^^^^^^^^^^"
    );
    let error = Rule::from_sql("x.y", "a ilike 'b'").unwrap_err();
    assert_eq!(
        error.to_string(),
        "rule x.y, line 1 column 1: a rule cannot have ILIKE"
    );
}
