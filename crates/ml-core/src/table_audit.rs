use serde::{Deserialize, Serialize};

use crate::{Audit, Contract, Dataset, Predicate};

/// A rule set over a table that is there already, whoever filled it: what the server counts where it stands.
///
/// The rows do not leave the database, so every rule is a [`Predicate`]; what has no such form is named, never skipped
/// silently.
///
/// ```
/// use ml_core::{Action, Audit, ColumnDef, Contract, Predicate, TableAudit, Type};
///
/// let contract = Contract {
///     dataset: "shop.orders".parse()?,
///     columns: vec![ColumnDef::of("quantity", Type::Int4)],
///     grain: Vec::new(),
/// };
/// let audit = TableAudit::new(contract)
///     .rule(Predicate::new("quantity.positive", Action::Quarantine, r#""quantity" > 0"#))
///     .audit(Audit::new("orders.present", "SELECT 1 FROM {rows} AS r HAVING count(*) = 0"));
/// assert_eq!(audit.dataset().to_string(), "shop.orders");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableAudit {
    /// The table, and the columns that the rules take it to have.
    pub contract: Contract,
    /// The rules about single rows, in the order in which they judge.
    pub rules: Vec<Predicate>,
    /// The rules about all rows together; `{rows}` in their queries stands for the table.
    pub audits: Vec<Audit>,
    /// The rules that no query can run.
    pub left_out: Vec<LeftOut>,
    /// Of how many offending rows of each rule the report says where they stand; at first none.
    pub samples: u32,
}

/// A rule that an audit of a table cannot run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The rule's name.
    pub rule: String,
    /// Why it has no form in SQL.
    pub why: String,
}

impl TableAudit {
    /// An audit of the contract's table, without rules.
    pub fn new(contract: Contract) -> Self {
        TableAudit {
            contract,
            rules: Vec::new(),
            audits: Vec::new(),
            left_out: Vec::new(),
            samples: 0,
        }
    }

    /// The same audit with one more rule about single rows.
    pub fn rule(mut self, rule: Predicate) -> Self {
        self.rules.push(rule);
        self
    }

    /// The same audit with one more rule about all rows together.
    ///
    /// Of a table without the columns `_load_id` and `_record_no` all rows count as records of load 0, numbered anew
    /// by each query.
    pub fn audit(mut self, audit: Audit) -> Self {
        self.audits.push(audit);
        self
    }

    /// The same audit, which names one more rule that it cannot run.
    pub fn leave_out(mut self, rule: impl Into<String>, why: impl Into<String>) -> Self {
        let (rule, why) = (rule.into(), why.into());
        self.left_out.push(LeftOut { rule, why });
        self
    }

    /// The same audit, which says of up to so many offending rows of each rule where they stand.
    pub fn samples(mut self, rows: u32) -> Self {
        self.samples = rows;
        self
    }

    /// The table.
    pub fn dataset(&self) -> &Dataset {
        &self.contract.dataset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Action;

    #[test]
    fn has_all_that_was_added_in_its_order() {
        let contract = Contract {
            dataset: Dataset::of("shop", "orders"),
            columns: Vec::new(),
            grain: Vec::new(),
        };
        let rule = |name| Predicate::new(name, Action::Warn, "true");
        let audit = TableAudit::new(contract)
            .rule(rule("a"))
            .rule(rule("b"))
            .audit(Audit::new("c", "SELECT"))
            .leave_out("d", "a closure")
            .samples(3);
        assert_eq!(audit.dataset(), &Dataset::of("shop", "orders"));
        assert_eq!(audit.rules, [rule("a"), rule("b")]);
        assert_eq!(audit.audits, [Audit::new("c", "SELECT")]);
        assert_eq!(
            (
                audit.left_out[0].rule.as_str(),
                audit.left_out[0].why.as_str()
            ),
            ("d", "a closure")
        );
        assert_eq!(audit.samples, 3);
    }
}
