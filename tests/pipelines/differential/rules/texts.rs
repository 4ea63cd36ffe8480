//! Rules about text.

use metalayer::prelude::*;
use metalayer::quality::{Characters, Compare, Expr, Format, Rule};

use super::{CODE, MUST, NAME, raw};

pub(super) fn texts() -> Vec<Rule> {
    let lower = || NAME.expr().ascii_lower();
    let upper = || CODE.expr().ascii_upper().into_expr();
    let boxed = |expr| Box::new(expr);
    vec![
        NAME.not_null(),
        NAME.not_blank(),
        MUST.not_blank(),
        NAME.is_email(),
        MUST.is_email(),
        NAME.one_of(["EU", "US", "é", "", "a\\", "'"]),
        MUST.one_of(["a", "ß", "\u{3000}"]),
        NAME.none_of(["eu", "a", "日"]),
        NAME.length(1, 3),
        MUST.length(0, 0),
        MUST.length(2, 10_000),
        NAME.starts_with("EU"),
        MUST.starts_with("a"),
        NAME.starts_with("\\"),
        NAME.ends_with("\u{301}"),
        MUST.ends_with("EU"),
        NAME.contains("'"),
        MUST.contains("\u{a0}"),
        NAME.contains("B"),
        // Everything has the empty text at its ends and in its middle.
        raw(
            "empty parts",
            Expr::And(vec![
                MUST.starts_with("").expr,
                MUST.ends_with("").expr,
                MUST.contains("").expr,
                MUST.length(1, 2).expr,
            ]),
        ),
        NAME.expr().equals("EU"),
        NAME.expr().equals(CODE),
        NAME.expr().above(CODE),
        NAME.expr().below(MUST),
        NAME.expr().at_least("a"),
        MUST.expr().at_most("é"),
        NAME.expr().between("A", "z"),
        NAME.expr().distinct_from(CODE),
        NAME.expr().distinct_from("eu"),
        lower().equals("eu"),
        lower().equals(CODE.expr().ascii_lower()),
        lower().below(CODE.expr().ascii_upper()),
        lower().above("İ"),
        lower().trim().equals("eu"),
        lower().length().at_most(2),
        NAME.expr().trim().equals("EU"),
        NAME.expr().trim().equals(CODE.expr().trim()),
        MUST.expr().trim().length().at_least(1),
        NAME.expr().or(CODE).or("none").equals("none"),
        NAME.expr().or(MUST).length().at_most(1),
        lower().or("none").equals("none"),
        lower().or(CODE.expr().ascii_lower()).distinct_from("eu"),
        raw(
            "upper one of",
            Expr::OneOf(boxed(upper()), ["EU", "US", "É"].map(Into::into).to_vec()),
        ),
        raw(
            "upper starts",
            Expr::StartsWith(boxed(upper()), "EU".into()),
        ),
        raw("upper ends", Expr::EndsWith(boxed(upper()), "B".into())),
        raw(
            "upper contains",
            Expr::Contains(boxed(upper()), "NV-".into()),
        ),
        raw(
            "upper matches",
            Expr::Matches(boxed(upper()), "^[A-Z]+$".into()),
        ),
        raw("upper e-mail", Expr::Format(boxed(upper()), Format::Email)),
        raw("upper IBAN", Expr::Format(boxed(upper()), Format::Iban)),
        raw(
            "trimmed is blank",
            Expr::IsBlank(boxed(NAME.expr().trim().into_expr())).negated(),
        ),
        raw(
            "lower of upper",
            Expr::AsciiLower(boxed(upper())).compare(Compare::Eq, Expr::literal("eu")),
        ),
    ]
}

pub(super) fn formats() -> Vec<Rule> {
    let formats = Format::ALL.map(|format| NAME.is(format));
    let characters = Characters::ALL.map(|one| MUST.only(one));
    let others = [
        MUST.is(Format::Luhn).named("must.luhn"),
        MUST.is(Format::IsoDate),
        NAME.is_country(),
        NAME.is_country_alpha3(),
        MUST.is_currency(),
        NAME.lower_case(),
        MUST.upper_case(),
        NAME.trimmed(),
    ];
    formats
        .into_iter()
        .chain(characters)
        .chain(others)
        .collect()
}

pub(super) fn patterns() -> Vec<Rule> {
    const PATTERNS: [&str; 26] = [
        "^INV-\\d{6}$",
        "a.b",
        "^a?b*$",
        "\\s",
        "^\\S+$",
        "\\w\\W",
        "^\\w*$",
        "^(a|ab)(c|bc)?$",
        "^[^a-z]+$",
        "[\\d.-]",
        "é|ß",
        "^(?:ab){2,}$",
        "^.{2,4}$",
        "^a{3}$",
        "[😀日]",
        "[ß-ﬁ]",
        "\\\\",
        "'",
        "^$",
        "^\\s*$",
        "(^a|b$)",
        "[\\]\\[]",
        "x|",
        "\\D\\d",
        "^([A-Z]{2}|[a-z]{2,3})( |\\t|$)",
        "[\\s\\w]$",
    ];
    let mut rules: Vec<Rule> = PATTERNS
        .iter()
        .map(|pattern| NAME.matches(*pattern))
        .collect();
    // It matches everything: its opposite is the rule.
    rules.retain(|rule| !rule.expected.ends_with("x|"));
    rules.extend([
        MUST.matches("^EU"),
        MUST.matches("U$"),
        CODE.matches("^[[:alpha:]]".replace("[:alpha:]", "a-zA-Z")),
    ]);
    rules
}
