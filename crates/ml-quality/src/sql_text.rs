//! Conditions written in SQL.

use std::ops::Range;

use ml_core::Result;
use sqlparser::ast::Expr as Ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::snippet::{Flaw, Source, byte_at};
use crate::sql_nodes::Nodes;
use crate::sql_stack::on_own_stack;
use crate::{Expr, Rule};

/// How long a condition may be; a list of constants takes most of it.
const MAX_BYTES: usize = 65_536;
/// How many words, operators and brackets it may have: each may nest the next one deeper.
const MAX_TOKENS: usize = 512;
/// How deep it may nest; an operator that binds tighter than the one before is a level too.
const MAX_DEPTH: usize = 50;

/// The expression that a condition written in SQL means: `amount >= 0 AND (region = 'EU' OR vat_id IS NULL)`.
///
/// Read as PostgreSQL reads it: names without quotes in lower case, comparisons binding tighter than `NOT`, `AND`
/// and `OR`. It may have columns; constants (numbers, which stay exact, texts, `TRUE`, `FALSE`, `DATE '…'`,
/// `TIMESTAMP '…'` and `TIMESTAMPTZ '…'`); `=`, `<>`, `<`, `<=`, `>`, `>=`; `AND`, `OR`, `NOT`; `IS [NOT] NULL`;
/// `IS [NOT] DISTINCT FROM`; `[NOT] BETWEEN`; `[NOT] IN` with constants; `[NOT] LIKE` with `%` at the ends only;
/// `+`, `-`, `*`, and `%` by a constant; `~` and `!~` with a portable [`Pattern`](crate::Pattern); `abs`, `length`,
/// `char_length`, `mod`, `starts_with`, `num_nonnulls` and `coalesce`; `current_date`, `current_timestamp`, `now()` and
/// `localtimestamp`, which are the instant at which the load began.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) for everything else: the message names what is refused, its line and its
/// column, and the cause shows the place.
///
/// ```
/// use ml_quality::{Compare, Expr, condition};
///
/// let expr = condition("Amount >= 0")?;
/// assert_eq!(expr, Expr::column("amount").compare(Compare::Ge, Expr::literal(0)));
///
/// let error = condition("amount > 0 AND random() > due").unwrap_err();
/// assert_eq!(error.to_string(), "the condition, line 1 column 16: a rule cannot have the function random");
/// let shown = std::error::Error::source(&error).map(ToString::to_string);
/// assert_eq!(shown.as_deref(), Some("\n  amount > 0 AND random() > due\n                 ^^^^^^"));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn condition(text: &str) -> Result<Expr> {
    let refused = |flaw| Source::new("the condition", text).refused(flaw);
    parse(text).map(|condition| condition.expr).map_err(refused)
}

impl Rule {
    /// A rule whose [`condition`] is written in SQL, which is also what it expects in words.
    ///
    /// # Errors
    /// As [`condition`]; the message starts with the rule's id.
    ///
    /// ```
    /// use ml_quality::Rule;
    ///
    /// let rule = Rule::from_sql("vat.present", "region <> 'EU' OR vat_id IS NOT NULL")?;
    /// assert_eq!(rule.expected, "region <> 'EU' OR vat_id IS NOT NULL");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_sql(id: impl Into<String>, text: &str) -> Result<Self> {
        let id = id.into();
        let refused = |flaw| Source::new(format!("rule {id}"), text).refused(flaw);
        let condition = parse(text).map_err(refused)?;
        Ok(Rule::new(id, condition.expr, one_line(text)))
    }
}

/// The condition on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A condition and the columns it reads, each with its place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) expr: Expr,
    pub(crate) columns: Vec<(String, Range<usize>)>,
}

pub(crate) fn parse(text: &str) -> Result<Condition, Flaw> {
    on_own_stack(|| read(text)).unwrap_or_else(|what| Err(Flaw::new(0..0, what)))
}

fn read(text: &str) -> Result<Condition, Flaw> {
    let tree = tree(text)?;
    let mut nodes = Nodes::new(text);
    let expr = nodes.condition(&tree)?;
    Ok(Condition {
        expr,
        columns: nodes.into_columns(),
    })
}

fn tree(text: &str) -> Result<Ast, Flaw> {
    let tokens = tokens(text)?;
    let mut parser = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(MAX_DEPTH)
        .with_tokens_with_locations(tokens);
    let tree = parser.parse_expr().map_err(|error| syntax(text, error))?;
    let next = parser.peek_token();
    match next.token {
        Token::EOF => Ok(tree),
        token => {
            let at = span(text, next.span);
            Err(Flaw::new(at, format!("the condition ends before {token}")))
        }
    }
}

fn tokens(text: &str) -> Result<Vec<TokenWithSpan>, Flaw> {
    if text.len() > MAX_BYTES {
        let what = format!("a condition has at most {MAX_BYTES} bytes");
        return Err(Flaw::new(0..0, what));
    }
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| {
        let at = byte_at(text, error.location.line, error.location.column);
        Flaw::new(at..at, error.message)
    })?;
    let mut nesting = tokens.iter().filter(|token| nests(&token.token));
    match nesting.nth(MAX_TOKENS) {
        Some(token) => {
            let what = format!("a condition has at most {MAX_TOKENS} words and operators");
            Err(Flaw::new(span(text, token.span), what))
        }
        None => Ok(tokens),
    }
}

fn nests(token: &Token) -> bool {
    !matches!(
        token,
        Token::Whitespace(_) | Token::Comma | Token::Number(..) | Token::SingleQuotedString(_)
    )
}

fn syntax(text: &str, error: ParserError) -> Flaw {
    let said = match error {
        ParserError::ParserError(said) | ParserError::TokenizerError(said) => said,
        ParserError::RecursionLimitExceeded => {
            let what = format!("a condition nests at most {MAX_DEPTH} deep");
            return Flaw::new(0..0, what);
        }
    };
    let (what, at) = located(text, &said).unwrap_or((&said, text.trim_end().len()));
    Flaw::new(at..at, what.replace("Expected: ", "expected "))
}

/// The parser says where at the end of its message, unless that is the end of the text.
fn located<'a>(text: &str, said: &'a str) -> Option<(&'a str, usize)> {
    let (what, place) = said.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    Some((
        what,
        byte_at(text, line.parse().ok()?, column.parse().ok()?),
    ))
}

/// The bytes of a span of the parser.
pub(crate) fn span(text: &str, span: sqlparser::tokenizer::Span) -> Range<usize> {
    byte_at(text, span.start.line, span.start.column)..byte_at(text, span.end.line, span.end.column)
}
