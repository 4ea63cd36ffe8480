use ml_core::{Audit, Dimension, Error, Result};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer, Whitespace};

use crate::sql_stack::on_own_stack;

/// How long a condition may be.
const MAX_BYTES: usize = 65_536;
/// How deep it may nest.
const MAX_DEPTH: usize = 50;

/// Each row of the load meets a condition that is written in SQL and that only the server can judge: whatever PostgreSQL
/// takes in a `WHERE`, other tables and functions of its own included.
///
/// Columns go by their names, or as `r.name`. Rows offend for which it is false; unknown passes, as in a `CHECK`.
/// A [`condition`](crate::condition) of a rule judges in Rust as well, and is to be preferred where it can say the
/// same.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when the name is empty, or the text is not one expression: empty, with brackets
/// or quotes that do not close, with `;`, a comment, a parameter or `{rows}`, longer than 64 KiB or nested more than 50
/// deep. Names and types are for the server, which fails the load.
///
/// ```
/// let audit = ml_quality::audits::condition("paid.in_time", "paid_at <= due_at + interval '30 days'")?;
/// assert_eq!(audit.quarantine()?.expected, "paid_at <= due_at + interval '30 days'");
/// assert!(ml_quality::audits::condition("paid.in_time", "true) OR (false").is_err());
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn condition(id: impl Into<String>, sql: &str) -> Result<Audit> {
    let (id, text) = (id.into(), sql.trim());
    let refused = |why: String| Error::contract(format!("the condition of audit {id}: {why}"));
    if id.is_empty() {
        return Err(Error::contract("an audit needs a name"));
    }
    on_own_stack(|| parse(text)).flatten().map_err(refused)?;
    let query = format!(
        "SELECT r.\"_load_id\", r.\"_record_no\" FROM {{rows}} AS r WHERE (\n{text}\n) IS FALSE"
    );
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let audit = Audit::of_rows(id, query).expecting(words);
    Ok(audit.dimension(Dimension::Validity))
}

fn parse(text: &str) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err(format!("it has more than {MAX_BYTES} bytes"));
    }
    if text.contains("{rows}") {
        return Err("it is about one row, and cannot have {rows}".into());
    }
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize();
    let tokens = tokens.map_err(|error| error.to_string())?;
    if let Some(token) = tokens.iter().find(|token| is_foreign(token)) {
        return Err(format!("it cannot have {}", token.to_string().trim_end()));
    }
    let mut parser = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(MAX_DEPTH)
        .with_tokens(tokens);
    parser.parse_expr().map_err(said)?;
    match parser.peek_token().token {
        Token::EOF => Ok(()),
        token => Err(format!("it ends before {token}")),
    }
}

/// What no expression has, or what would swallow the text after it.
fn is_foreign(token: &Token) -> bool {
    matches!(
        token,
        Token::SemiColon
            | Token::Placeholder(_)
            | Token::Whitespace(Whitespace::SingleLineComment { .. })
            | Token::Whitespace(Whitespace::MultiLineComment(_))
    )
}

fn said(error: ParserError) -> String {
    match error {
        ParserError::ParserError(said) | ParserError::TokenizerError(said) => said,
        ParserError::RecursionLimitExceeded => format!("it nests more than {MAX_DEPTH} deep"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_expression_is_refused() {
        for bad in [
            "",
            "  \n",
            "a >",
            "(a > 1",
            "a > 1)",
            "true) OR (true",
            "a = 'x",
            "\"a = 1",
            "a = 1; DROP TABLE x",
            "a = 1 -- all",
            "a = /* all */ 1",
            "a = $1",
            "a IN (SELECT a FROM {rows})",
            "a = '{rows}'",
            "a = 1, b = 2",
            "a = 1 b",
            "SELECT 1",
        ] {
            assert!(condition("a.is", bad).is_err(), "{bad}");
        }
        assert!(condition("", "true").is_err());
        assert!(condition("a.is", &"x".repeat(70_000)).is_err());
        assert!(condition("a.is", &format!("{}1", "(".repeat(30_000))).is_err());
        assert!(condition("a.is", &format!("{}true", "NOT ".repeat(16_000))).is_err());
    }

    #[test]
    fn what_postgresql_takes_is_taken() {
        for good in [
            "a > 1 AND (b IS NULL OR b ~ '^[a-z;]+$')",
            "r.\"größe\" BETWEEN 1 AND 2",
            "EXISTS (SELECT FROM silver.products AS p WHERE p.code = r.code)",
            "paid_at <= due_at + interval '30 days'",
            "note <> '-- no comment; really'",
            "amount::numeric % 5 = 0",
            "upper(name) = ANY(ARRAY['A', 'B'])",
        ] {
            condition("a.is", good).unwrap();
        }
        let long = vec!["a = 1"; 5_000].join(" OR ");
        condition("a.is", &long).unwrap();
    }
}
