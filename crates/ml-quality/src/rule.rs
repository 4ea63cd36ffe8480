use ml_core::{Dimension, Error, Fingerprint, Result, Tolerance};
use serde::{Deserialize, Serialize};

use crate::{ColumnNames, Expr, catalogue};

/// A rule about one record, as a value: it can be stored, compared, and run anywhere.
///
/// A record violates it where `expr` is false; true and NULL pass, as in a `CHECK` of SQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Stable name, such as `quantity.range`.
    pub id: String,
    /// What holds for a good record.
    pub expr: Expr,
    /// The same for people, such as `1 to 100`.
    pub expected: String,
    /// What it is about.
    #[serde(default)]
    pub dimension: Dimension,
    /// How often it may be violated before the load is refused; where nothing is said, as its action does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Tolerance>,
}

impl Rule {
    /// A rule under a name, with what it expects in words; about validity.
    pub fn new(id: impl Into<String>, expr: Expr, expected: impl Into<String>) -> Self {
        Rule {
            id: id.into(),
            expr,
            expected: expected.into(),
            dimension: Dimension::Validity,
            tolerance: None,
        }
    }

    /// The same rule under another name.
    pub fn named(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// The same rule, which says in other words what it expects.
    pub fn expecting(mut self, words: impl Into<String>) -> Self {
        self.expected = words.into();
        self
    }

    /// The same rule, about something else.
    pub fn dimension(mut self, dimension: Dimension) -> Self {
        self.dimension = dimension;
        self
    }

    /// The same rule, which refuses the load when it is violated more often than that, whatever its action; an
    /// abort only then.
    pub fn tolerating(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = Some(tolerance);
        self
    }
}

impl Rule {
    /// Changes whenever the rule does: its name, what it says or the words for it.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when a constant cannot be written as JSON, of which the fingerprint is.
    pub fn fingerprint(&self) -> Result<Fingerprint> {
        let json = serde_json::to_vec(self).map_err(|error| {
            Error::contract(format!("rule {} cannot be written as JSON", self.id)).because(error)
        })?;
        Ok(Fingerprint::of(json))
    }
}

/// A rule that holds where all of these do; named `<columns>.all`.
pub fn all(rules: impl IntoIterator<Item = Rule>) -> Rule {
    joined("all", " and ", Expr::And, rules)
}

/// A rule that holds where one of these does; named `<columns>.any`.
pub fn any(rules: impl IntoIterator<Item = Rule>) -> Rule {
    joined("any", " or ", Expr::Or, rules)
}

/// A rule that holds where none of these does; named `<columns>.none`.
pub fn none(rules: impl IntoIterator<Item = Rule>) -> Rule {
    let rule = joined("none", " nor ", |all| Expr::Or(all).negated(), rules);
    let expected = format!("neither {}", rule.expected);
    rule.expecting(expected)
}

/// A rule that holds where at least so many of these columns are not NULL; named `<columns>.present`.
pub fn present(least: u32, columns: impl ColumnNames) -> Rule {
    catalogue::present(least, &columns.names())
}

fn joined(
    what: &str,
    between: &str,
    expr: impl FnOnce(Vec<Expr>) -> Expr,
    rules: impl IntoIterator<Item = Rule>,
) -> Rule {
    let rules: Vec<Rule> = rules.into_iter().collect();
    let says = |rule: &Rule| format!("{} has {}", words(&rule.expr), rule.expected);
    let expected: Vec<String> = rules.iter().map(says).collect();
    let expr = expr(rules.into_iter().map(|rule| rule.expr).collect());
    let id = format!("{}.{what}", columns(&expr).join("_"));
    Rule::new(id, expr, expected.join(between))
}

/// Starts a rule that is about some records only: `when(Order::REGION.one_of(["EU"])).then(Order::VAT_NO.not_null())`.
///
/// What makes the condition unknown passes, as what makes it false does.
pub fn when(condition: Rule) -> When {
    When { condition }
}

/// The condition of a rule to come; made by [`when`].
#[derive(Debug, Clone)]
pub struct When {
    condition: Rule,
}

impl When {
    /// The rule, which holds where the condition does not; it keeps its name, its dimension and its tolerance.
    pub fn then(self, rule: Rule) -> Rule {
        let columns = words(&self.condition.expr);
        let expected = format!(
            "{}, where {columns} has {}",
            rule.expected, self.condition.expected
        );
        Rule {
            expr: rule.expr.when(self.condition.expr),
            expected,
            ..rule
        }
    }
}

fn words(expr: &Expr) -> String {
    columns(expr).join(", ")
}

/// The columns an expression reads, each once.
pub(crate) fn columns(expr: &Expr) -> Vec<&str> {
    let mut columns: Vec<&str> = Vec::new();
    for column in expr.columns() {
        if !columns.contains(&column.as_str()) {
            columns.push(column);
        }
    }
    columns
}
