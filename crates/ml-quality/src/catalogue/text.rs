use iso_currency::{Currency, IntoEnumIterator};
use ml_core::{Dimension, Value};

use super::{rule, within};
use crate::{Characters, Compare, Expr, Format, Pattern, Rule};

pub(crate) fn not_blank(column: &str) -> Rule {
    let expr = |it| Expr::IsBlank(it).negated();
    rule(column, "not_blank", expr, "text that is not blank").dimension(Dimension::Completeness)
}

pub(crate) fn format(column: &str, format: Format) -> Rule {
    let expr = |it| Expr::Format(it, format);
    rule(column, "format", expr, format.words())
}

/// The codes stand in the rule, so that another edition of the standard is another rule.
pub(crate) fn country(column: &str) -> Rule {
    let codes = rust_iso3166::ALL_ALPHA2;
    coded(column, codes, "a country code (ISO 3166-1 alpha-2)")
}

pub(crate) fn country_alpha3(column: &str) -> Rule {
    let codes = rust_iso3166::ALL_ALPHA3;
    coded(column, codes, "a country code (ISO 3166-1 alpha-3)")
}

pub(crate) fn currency(column: &str) -> Rule {
    let mut codes: Vec<&str> = Currency::iter().map(|one| one.code()).collect();
    codes.sort_unstable();
    coded(column, &codes, "a currency code (ISO 4217)")
}

fn coded(column: &str, codes: &[&str], expected: &str) -> Rule {
    let codes = codes.iter().map(|code| Value::from(*code)).collect();
    rule(column, "format", |it| Expr::OneOf(it, codes), expected)
}

pub(crate) fn matches(column: &str, pattern: Pattern) -> Rule {
    let expected = format!("text that matches {}", pattern.as_str());
    rule(column, "matches", |it| Expr::Matches(it, pattern), expected)
}

pub(crate) fn starts_with(column: &str, part: String) -> Rule {
    let expected = format!("text that starts with {part}");
    rule(
        column,
        "starts_with",
        |it| Expr::StartsWith(it, part),
        expected,
    )
}

pub(crate) fn ends_with(column: &str, part: String) -> Rule {
    let expected = format!("text that ends with {part}");
    rule(column, "ends_with", |it| Expr::EndsWith(it, part), expected)
}

pub(crate) fn contains(column: &str, part: String) -> Rule {
    let expected = format!("text that contains {part}");
    rule(column, "contains", |it| Expr::Contains(it, part), expected)
}

pub(crate) fn length(column: &str, min: u32, max: u32) -> Rule {
    let expected = match min == max {
        true => format!("{min} characters"),
        false => format!("{min} to {max} characters"),
    };
    let [lo, hi] = [min, max].map(|bound| Value::Int(bound.into()));
    let expr = |it| within(Expr::Length(it), lo, hi);
    rule(column, "length", expr, expected)
}

pub(crate) fn only(column: &str, characters: Characters) -> Rule {
    let expr = |it| Expr::Matches(it, characters.pattern().into());
    let expected = format!("{} only", characters.words());
    rule(column, "characters", expr, expected)
}

pub(crate) fn lower_case(column: &str) -> Rule {
    same_as(column, "lower_case", Expr::AsciiLower, "no letter A to Z")
}

pub(crate) fn upper_case(column: &str) -> Rule {
    same_as(column, "upper_case", Expr::AsciiUpper, "no letter a to z")
}

pub(crate) fn trimmed(column: &str) -> Rule {
    same_as(column, "trimmed", Expr::Trim, "no white space at the ends")
}

/// What a change leaves as it is.
fn same_as(column: &str, what: &str, changed: fn(Box<Expr>) -> Expr, expected: &str) -> Rule {
    let expr = |it: Box<Expr>| (*it).clone().compare(Compare::Eq, changed(it));
    rule(column, what, expr, expected)
}
