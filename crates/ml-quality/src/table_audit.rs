use chrono::Utc;
use ml_core::{CheckConstraint, Contract, Dataset, Predicate, Record, TableAudit};

use crate::{Judge, RuleSql};

impl<R: Record> Judge<R> {
    /// The rules as an audit of a table with these columns, which need not be one of ours.
    ///
    /// What runs in Rust only is named in `left_out`, with the reason. Rules about the rows together join with
    /// [`TableAudit::audit`]. Rules about time are those of a load that begins now.
    ///
    /// ```
    /// use ml_core::{Dataset, Record};
    /// use ml_quality::{NumberRules, RuleSet, audits, rule};
    ///
    /// #[derive(Debug, Clone, Record)]
    /// #[record(dataset = "bronze.orders")]
    /// struct Order {
    ///     id: i64,
    ///     quantity: i32,
    /// }
    ///
    /// let judge = RuleSet::<Order>::new()
    ///     .quarantine(Order::QUANTITY.positive())
    ///     .warn(rule("id.is_even", 1, |order: &Order| order.id % 2 == 0))
    ///     .build()?;
    /// let audit = judge
    ///     .table_audit(&Dataset::of("shop", "orders"))
    ///     .audit(audits::unique("id")?);
    /// assert_eq!(audit.rules[0].rule, "quantity.positive");
    /// assert_eq!(audit.left_out[0].rule, "id.is_even");
    /// assert_eq!(judge.check_constraints(audit.dataset()).len(), 1);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn table_audit(&self, dataset: &Dataset) -> TableAudit {
        let contract = Contract {
            dataset: dataset.clone(),
            ..self.contract().clone()
        };
        let add = |audit: TableAudit, rule: RuleSql| match rule.predicate {
            Ok(sql) => audit.rule(Predicate::new(rule.id, rule.count, sql)),
            Err(why) => audit.leave_out(rule.id, why.to_string()),
        };
        let rules = self.sql_at(Utc::now()).into_iter();
        rules.fold(TableAudit::new(contract), add)
    }

    /// The rules that a table with these columns can keep by itself, as constraints.
    ///
    /// Those which only warn are none of them, because a constraint would refuse what a warning keeps; neither is what
    /// [`table_audit`](Judge::table_audit) leaves out, nor what asks for the time, whose truth would not last.
    pub fn check_constraints(&self, dataset: &Dataset) -> Vec<CheckConstraint> {
        let rules = self.sql().into_iter().filter_map(|rule| {
            let sql = rule.predicate.ok()?;
            Some(Predicate::new(rule.id, rule.count, sql))
        });
        rules
            .filter(Predicate::holds_back)
            .map(|rule| CheckConstraint::new(dataset, &rule))
            .collect()
    }
}
