//! The reference of all named rules, written from the catalogue itself.

use std::fmt::Write;

use chrono::DateTime;
use ml_core::{ColumnDef, Contract, Dataset, Scope, Type};

use super::RuleFile;
use super::audits::{self, NamedAudit};
use super::named::{ALL, Named, Takes};
use crate::Rule;

/// How much of a predicate is shown: a list of codes goes on for long.
const MOST_SQL: usize = 600;

/// The reference of all rules and audits that have a name: what each means, what it takes, an example as it stands in a file,
/// and the predicate of PostgreSQL that the example renders. `RULES.md` of this crate is it.
pub fn reference() -> String {
    let mut out = String::from(HEAD);
    // Writing to a string does not fail.
    for named in ALL {
        let _ = entry(named, &mut out);
    }
    out.push_str(AUDITS);
    for named in audits::ALL {
        let _ = audit(named, &mut out);
    }
    out
}

const HEAD: &str = "# The rules\n\n\
    Written by `cargo run -p ml-quality --example rules` from the catalogue itself; a test compares it.\n\
    `SEMANTICS.md` says what the parts mean for NULL, blanks, NaN, text and time. A record violates a rule where its\n\
    predicate is false; NULL passes. Rules about now are shown for a load that began at 2026-01-01 00:00:00 UTC.\n";

const AUDITS: &str = "\n# The audits\n\n\
    About the rows of a load together, judged by the server before anyone can see them. `{rows}` stands for the rows.\n\
    One that says which rows offend can hold them back (`action = \"quarantine\"`); the others warn or abort.\n";

fn audit(named: &NamedAudit, out: &mut String) -> std::fmt::Result {
    let takes = named.takes;
    writeln!(
        out,
        "\n## {}\n\n{}\n\nTakes: {takes}.\n",
        named.name, named.means
    )?;
    writeln!(out, "```toml\n[[audit]]\n{}\n```\n", named.example)?;
    let file = RuleFile::toml(&format!("[[audit]]\n{}", named.example));
    match file.and_then(|file| file.audits(&sample())) {
        Ok(audits) => {
            let audit = &audits[0];
            let (id, expected, dimension) = (&audit.id, &audit.expected, audit.dimension);
            let offend = match audit.scope {
                Scope::Row => "Says which rows offend.",
                Scope::Load => "About the load as a whole.",
            };
            writeln!(
                out,
                "Named `{id}`; expects {expected}; about {dimension}. {offend}\n"
            )?;
            writeln!(out, "```sql\n{}\n```", audit.sql)
        }
        Err(error) => writeln!(out, "{error}"),
    }
}

fn entry(named: &Named, out: &mut String) -> std::fmt::Result {
    let takes = match named.takes {
        Takes::Column(_) => "`column`",
        Takes::Value(what, _) => &format!("`column`; {what}"),
        Takes::Columns(what, _) => what,
    };
    writeln!(
        out,
        "\n## {}\n\n{}\n\nTakes: {takes}.\n",
        named.name, named.means
    )?;
    writeln!(out, "```toml\n[[rule]]\n{}\n```\n", named.example)?;
    match shown(named) {
        Ok((rule, sql)) => {
            let Rule {
                id,
                expected,
                dimension,
                ..
            } = rule;
            writeln!(
                out,
                "Named `{id}`; expects {expected}; about {dimension}.\n"
            )?;
            writeln!(out, "```sql\n{sql}\n```")
        }
        Err(error) => writeln!(out, "{error}"),
    }
}

fn shown(named: &Named) -> ml_core::Result<(Rule, String)> {
    let contract = sample();
    let file = RuleFile::toml(&format!("[[rule]]\n{}", named.example))?;
    let mut rules = file.rules(&contract)?;
    let (_, rule) = rules.swap_remove(0);
    let sql = rule.sql_at(
        &contract,
        DateTime::from_timestamp_nanos(1_767_225_600_000_000_000),
    )?;
    let end = sql.floor_char_boundary(MOST_SQL);
    let rest = if end < sql.len() { " …" } else { "" };
    Ok((rule, format!("{}{rest}", &sql[..end])))
}

/// What the examples are about.
fn sample() -> Contract {
    const TEXTS: [&str; 15] = [
        "id", "sku", "name", "email", "phone", "site", "host", "born", "iban", "card", "country",
        "currency", "region", "vat_id", "note",
    ];
    let texts = TEXTS.map(|name| ColumnDef::of(name, Type::Text));
    let others = [
        ColumnDef::of("quantity", Type::Int4),
        ColumnDef::of("price", Type::Numeric),
        ColumnDef::of("score", Type::Float8),
        ColumnDef::of("ordered_on", Type::Date),
        ColumnDef::of("shipped_on", Type::Date),
        ColumnDef::of("paid_at", Type::Timestamptz),
    ];
    Contract {
        dataset: Dataset::of("bronze", "orders"),
        columns: texts.into_iter().chain(others).collect(),
        grain: Vec::new(),
    }
}
