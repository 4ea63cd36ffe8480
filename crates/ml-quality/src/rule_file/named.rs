//! The rules that a file can name, and what each takes.

use ml_core::{ColumnDef, Contract, Type};

use super::argument::value;
use super::node::{Node, Result};
use crate::snippet::Flaw;
use crate::sql_text::{one_line, parse};
use crate::{Characters, Format, Rule, catalogue};

/// A rule that a file can name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: &'static str,
    /// When a record passes, in a sentence.
    pub(super) means: &'static str,
    pub(super) takes: Takes,
    /// What stands under `[[rule]]`.
    pub(super) example: &'static str,
}

/// What a rule is made of.
#[derive(Debug)]
pub(super) enum Takes {
    /// Its column alone: `check = "<name>"`.
    Column(fn(&ColumnDef) -> Rule),
    /// Its column and what stands behind its name: `<name> = …`.
    Value(&'static str, fn(&ColumnDef, &Node) -> Result<Rule>),
    /// Columns of its own: `<name> = …` without a `column`.
    Columns(&'static str, fn(&Contract, &Node) -> Result<Rule>),
}

impl Named {
    /// The rule of that name.
    pub(super) fn find(name: &str) -> Option<&'static Named> {
        ALL.iter().find(|named| named.name == name)
    }

    pub(super) fn is_check(&self) -> bool {
        matches!(self.takes, Takes::Column(_))
    }

    /// The names of those that are checks, or of the others.
    pub(super) fn names(checks: impl Fn(&Named) -> bool) -> Vec<&'static str> {
        let chosen = ALL.iter().filter(|named| checks(named));
        chosen.map(|named| named.name).collect()
    }
}

macro_rules! named {
    ($($name:literal, $kind:ident($($takes:expr),+), $means:literal, $example:literal;)*) => {
        /// In the order of the reference.
        pub(super) static ALL: &[Named] = &[$(Named {
            name: $name,
            means: $means,
            takes: Takes::$kind($($takes),+),
            example: $example,
        }),*];
    };
}

named! {
    "not_null", Column(|of| catalogue::not_null(&of.name)), "The value is not NULL.", "column = \"email\"\ncheck = \"not_null\"";
    "not_blank", Column(|of| catalogue::not_blank(&of.name)), "The text is not NULL, not empty, and not white space only.", "column = \"name\"\ncheck = \"not_blank\"";
    "required_if", Value("a condition in SQL", required_if), "The value is not NULL where the condition is true.", "column = \"vat_id\"\nrequired_if = \"region = 'EU'\"";
    "present", Columns("`least`, a number, and `of`, columns", present), "At least so many of the columns are not NULL.", "present = { least = 1, of = [\"email\", \"phone\"] }";

    "email", Column(|of| catalogue::format(&of.name, Format::Email)), "An e-mail address as HTML5 defines it: ASCII, one `@`, labels of 1 to 63 characters; no dot is asked for in the domain.", "column = \"email\"\ncheck = \"email\"";
    "email_strict", Column(|of| catalogue::format(&of.name, Format::EmailStrict)), "An e-mail address as HTML5 defines it, with single dots inside the local part, at most 64 characters before the `@` and 254 in all, and a domain of two labels or more, the last of which starts with a letter.", "column = \"email\"\ncheck = \"email_strict\"";
    "url", Column(|of| catalogue::format(&of.name, Format::Url)), "An absolute address with `http` or `https`, a host of labels, and no user or password (RFC 3986).", "column = \"site\"\ncheck = \"url\"";
    "uuid", Column(|of| catalogue::format(&of.name, Format::Uuid)), "32 hexadecimal digits in groups of 8-4-4-4-12, in either case (RFC 9562).", "column = \"id\"\ncheck = \"uuid\"";
    "ipv4", Column(|of| catalogue::format(&of.name, Format::Ipv4)), "Four numbers of 0 to 255 without leading zeros.", "column = \"host\"\ncheck = \"ipv4\"";
    "ipv6", Column(|of| catalogue::format(&of.name, Format::Ipv6)), "An IPv6 address in any form, without a zone (RFC 4291).", "column = \"host\"\ncheck = \"ipv6\"";
    "iso_date", Column(|of| catalogue::format(&of.name, Format::IsoDate)), "Text `YYYY-MM-DD` that is a day of the years 1 to 9999 (ISO 8601).", "column = \"born\"\ncheck = \"iso_date\"";
    "phone", Column(|of| catalogue::format(&of.name, Format::Phone)), "`+` and 7 to 15 digits, the first of which is not 0 (ITU-T E.164).", "column = \"phone\"\ncheck = \"phone\"";
    "iban", Column(|of| catalogue::format(&of.name, Format::Iban)), "An account number in capitals without blanks whose check digits are right (ISO 13616).", "column = \"iban\"\ncheck = \"iban\"";
    "luhn", Column(|of| catalogue::format(&of.name, Format::Luhn)), "Two digits or more, the last of which is right (ISO/IEC 7812-1, the Luhn formula).", "column = \"card\"\ncheck = \"luhn\"";
    "country", Column(|of| catalogue::country(&of.name)), "A code of ISO 3166-1 alpha-2, in capitals.", "column = \"country\"\ncheck = \"country\"";
    "country_alpha3", Column(|of| catalogue::country_alpha3(&of.name)), "A code of ISO 3166-1 alpha-3, in capitals.", "column = \"country\"\ncheck = \"country_alpha3\"";
    "currency", Column(|of| catalogue::currency(&of.name)), "A code of ISO 4217, in capitals.", "column = \"currency\"\ncheck = \"currency\"";

    "length", Value("`max`, a number, and perhaps `min`", length), "The text has so many Unicode scalar values.", "column = \"name\"\nlength = { min = 1, max = 200 }";
    "starts_with", Value("a text", |of, node| Ok(catalogue::starts_with(&of.name, node.part("starts_with")?))), "The text starts with this one, byte for byte.", "column = \"sku\"\nstarts_with = \"INV-\"";
    "ends_with", Value("a text", |of, node| Ok(catalogue::ends_with(&of.name, node.part("ends_with")?))), "The text ends with this one, byte for byte.", "column = \"name\"\nends_with = \".csv\"";
    "contains", Value("a text", |of, node| Ok(catalogue::contains(&of.name, node.part("contains")?))), "This text is somewhere in it, byte for byte.", "column = \"name\"\ncontains = \"@\"";
    "matches", Value("a pattern", |of, node| Ok(catalogue::matches(&of.name, node.part("matches")?.into()))), "The portable pattern is found in the text (see SEMANTICS.md).", "column = \"sku\"\nmatches = '^[A-Z]{3}-\\d+$'";
    "characters", Value("one of digits, letters, alphanumeric, printable, no_controls", characters), "The text has these characters only; the empty text has.", "column = \"sku\"\ncharacters = \"alphanumeric\"";
    "lower_case", Column(|of| catalogue::lower_case(&of.name)), "The text has none of the letters A to Z.", "column = \"email\"\ncheck = \"lower_case\"";
    "upper_case", Column(|of| catalogue::upper_case(&of.name)), "The text has none of the letters a to z.", "column = \"sku\"\ncheck = \"upper_case\"";
    "trimmed", Column(|of| catalogue::trimmed(&of.name)), "The text has no white space at its ends.", "column = \"name\"\ncheck = \"trimmed\"";

    "one_of", Value("a list of constants", |of, node| Ok(catalogue::one_of(&of.name, node.values(of, "one_of")?))), "The value is one of the constants.", "column = \"region\"\none_of = [\"EU\", \"US\"]";
    "none_of", Value("a list of constants", |of, node| Ok(catalogue::none_of(&of.name, node.values(of, "none_of")?))), "The value is none of the constants.", "column = \"quantity\"\nnone_of = [0, 9999]";

    "range", Value("`min`, `max` or both", range), "The number, date or timestamp is not below `min` and not above `max`.", "column = \"price\"\nrange = { min = 0.01, max = 100_000 }";
    "positive", Column(|of| catalogue::positive(&of.name)), "The number is above 0.", "column = \"quantity\"\ncheck = \"positive\"";
    "not_negative", Column(|of| catalogue::not_negative(&of.name)), "The number is 0 or above.", "column = \"quantity\"\ncheck = \"not_negative\"";
    "finite", Column(|of| catalogue::finite(&of.name)), "The float is neither NaN nor infinite.", "column = \"score\"\ncheck = \"finite\"";
    "multiple_of", Value("a number that is not 0", |of, node| Ok(catalogue::multiple_of(&of.name, node.decimal("multiple_of")?))), "The whole or decimal number divided by this one leaves 0.", "column = \"price\"\nmultiple_of = 0.05";
    "scale", Value("a number of decimal places", |of, node| Ok(catalogue::max_scale(&of.name, node.count("scale")?))), "The whole or decimal number needs at most so many decimal places; zeros at the end do not count.", "column = \"price\"\nscale = 2";
    "precision", Value("`digits` and `places`", precision), "The number fits `numeric(digits, places)` without being rounded.", "column = \"price\"\nprecision = { digits = 10, places = 2 }";

    "not_before", Value("a date or timestamp", |of, node| Ok(catalogue::not_before(&of.name, value(node, of)?))), "It is this day or moment, or a later one.", "column = \"ordered_on\"\nnot_before = 2020-01-01";
    "not_after", Value("a date or timestamp", |of, node| Ok(catalogue::not_after(&of.name, value(node, of)?))), "It is this day or moment, or an earlier one.", "column = \"ordered_on\"\nnot_after = 2029-12-31";
    "not_future", Column(|of| catalogue::not_future(&of.name, of.ty)), "It is not after the instant at which the load began.", "column = \"paid_at\"\ncheck = \"not_future\"";
    "recent", Value("a number of days", |of, node| Ok(catalogue::recent(&of.name, of.ty, node.count("recent")?))), "It is at most so many days before the load began.", "column = \"ordered_on\"\nrecent = 30";
    "ordered", Value("another column", |of, node| Ok(catalogue::ordered(&of.name, &node.part("ordered")?))), "It is not after the other column.", "column = \"ordered_on\"\nordered = \"shipped_on\"";
    "within_days", Value("`of`, another column, and `days`", within_days), "It is at most so many days before or after the other column; a day of a timestamp is 24 hours.", "column = \"ordered_on\"\nwithin_days = { of = \"shipped_on\", days = 30 }";
}

fn required_if(of: &ColumnDef, node: &Node) -> Result<Rule> {
    let text = node.part("required_if")?;
    let condition = parse(&text).map_err(|flaw| Flaw::new(node.at.clone(), flaw.what))?;
    let condition = Rule::new("", condition.expr, one_line(&text));
    Ok(catalogue::required_if(&of.name, condition))
}

fn present(contract: &Contract, node: &Node) -> Result<Rule> {
    let mut table = node.clone().table("present", &["least", "of"])?;
    let least = table.needs("present", "least")?.count("least")?;
    let of = table.needs("present", "of")?;
    let columns: Vec<String> = of
        .clone()
        .list("of")?
        .iter()
        .map(|one| one.part("of"))
        .collect::<Result<_>>()?;
    if let Some(unknown) = columns.iter().find(|name| contract.ordinal(name).is_none()) {
        return of.refused(format!("{} has no column {unknown:?}", contract.dataset));
    }
    Ok(catalogue::present(least, &columns))
}

fn characters(of: &ColumnDef, node: &Node) -> Result<Rule> {
    let name = node.part("characters")?;
    let known = Characters::ALL.into_iter().find(|one| one.as_str() == name);
    match known {
        Some(characters) => Ok(catalogue::only(&of.name, characters)),
        None => {
            let all = Characters::ALL.map(Characters::as_str).join(", ");
            node.refused(format!("unknown characters {name:?}, expected {all}"))
        }
    }
}

fn range(of: &ColumnDef, node: &Node) -> Result<Rule> {
    if matches!(of.ty, Type::Text | Type::Bool) {
        return node.refused(format!("{} is {}, which has no range", of.name, of.ty));
    }
    match node.clone().table("range", &["min", "max"])?.bounds(of)? {
        [Some(lo), Some(hi)] => Ok(catalogue::between(&of.name, lo, hi)),
        [Some(lo), None] => Ok(catalogue::at_least(&of.name, lo)),
        [None, Some(hi)] => Ok(catalogue::at_most(&of.name, hi)),
        [None, None] => node.refused("a range needs min or max"),
    }
}

fn length(of: &ColumnDef, node: &Node) -> Result<Rule> {
    let mut table = node.clone().table("length", &["min", "max"])?;
    let min = table.take("min").map_or(Ok(0), |min| min.count("min"))?;
    let max = table.needs("a length", "max")?;
    let most = max.count("max")?;
    if min > most {
        return max.refused(format!("max is below min, which is {min}"));
    }
    Ok(catalogue::length(&of.name, min, most))
}

fn precision(of: &ColumnDef, node: &Node) -> Result<Rule> {
    let mut table = node.clone().table("precision", &["digits", "places"])?;
    let digits = table.needs("precision", "digits")?.count("digits")?;
    let places = table.needs("precision", "places")?.count("places")?;
    Ok(catalogue::precision(&of.name, digits, places))
}

fn within_days(of: &ColumnDef, node: &Node) -> Result<Rule> {
    let mut table = node.clone().table("within_days", &["of", "days"])?;
    let other = table.needs("within_days", "of")?.part("of")?;
    let days = table.needs("within_days", "days")?.count("days")?;
    Ok(catalogue::within_days(&of.name, of.ty, &other, days))
}
