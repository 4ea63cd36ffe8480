use ml_core::{Dimension, Tolerance};
use serde::{Deserialize, Serialize};

use crate::Expr;

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

/// The columns an expression reads, each once.
fn words(expr: &Expr) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for column in expr.columns() {
        if !columns.contains(&column.as_str()) {
            columns.push(column);
        }
    }
    columns.join(", ")
}
