use serde::{Deserialize, Serialize};

use crate::{Action, ColumnDef, Ident, Result, RuleCount, Scorecard};

/// A rule about rows as a condition in SQL: a row violates it where the condition is false, and passes where it is
/// true or NULL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predicate {
    /// Stable name of the rule, such as `quantity.range`.
    pub rule: String,
    /// What a scorecard says of it before any violation.
    pub count: RuleCount,
    /// The condition, on the unqualified columns of the table.
    pub sql: String,
}

impl Predicate {
    /// A rule under a name; an [`Action`] is all that need be said of it.
    pub fn new(
        rule: impl Into<String>,
        count: impl Into<RuleCount>,
        sql: impl Into<String>,
    ) -> Self {
        Predicate {
            rule: rule.into(),
            count: count.into(),
            sql: sql.into(),
        }
    }

    /// That a column holds no NULL: no record of the contract could. Named `<column>.decode`, as a source names what
    /// is no value of its column.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when the column cannot be named in SQL.
    pub fn decodes(column: &ColumnDef) -> Result<Self> {
        let name = Ident::new(column.name.as_ref())?;
        let rule = format!("{}.decode", column.name);
        let sql = format!("{name} IS NOT NULL");
        Ok(Predicate::new(rule, Action::Quarantine, sql))
    }

    /// Whether a row that violates it is held back.
    pub fn holds_back(&self) -> bool {
        self.count.action > Action::Warn
    }

    /// Enters into the card how many rows violate it; none is a count as well.
    pub fn enter(&self, violations: u64, card: &mut Scorecard) {
        card.declare(&self.rule, self.count.violations(violations));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Type};

    #[test]
    fn a_column_that_is_never_null_says_so_under_the_name_of_its_decoder() {
        let mut column = ColumnDef::of("unit \"net\"", Type::Int8);
        let rule = Predicate::decodes(&column).unwrap();
        assert_eq!(rule.rule, "unit \"net\".decode");
        assert_eq!(rule.sql, r#""unit ""net""" IS NOT NULL"#);
        assert!(rule.holds_back());
        column.name = "".into();
        assert_eq!(
            Predicate::decodes(&column).unwrap_err().kind(),
            Kind::Contract
        );
    }

    #[test]
    fn only_a_warning_leaves_a_row_where_it_is() {
        let rule = |action| Predicate::new("n.range", action, "n > 0");
        assert!(!rule(Action::Warn).holds_back());
        assert!(rule(Action::Quarantine).holds_back() && rule(Action::Abort).holds_back());
    }

    #[test]
    fn a_rule_that_nothing_violates_is_on_the_card() {
        let mut card = Scorecard::default();
        let rule = Predicate::new("n.range", Action::Warn, "n > 0");
        rule.enter(0, &mut card);
        assert_eq!(card.rules["n.range"], RuleCount::of(Action::Warn));
        rule.enter(3, &mut card);
        assert_eq!(card.rules["n.range"].violations, 3);
    }
}
