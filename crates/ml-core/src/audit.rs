use serde::{Deserialize, Serialize};

use crate::{Action, Dimension, Error, Fingerprint, Result, RuleCount, Tolerance, Violation};

/// A rule about a table: a query that returns the offending rows, judged before anyone can see the load.
///
/// `{rows}` in the query stands for the rows of the load that is judged.
///
/// ```
/// let audit = ml_core::Audit::new("orders.id_unique", "SELECT id FROM {rows} AS r GROUP BY id HAVING count(*) > 1");
/// assert_eq!(audit.action, ml_core::Action::Abort);
/// assert!(audit.quarantine().is_err(), "it does not say which rows to hold back");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Stable name.
    pub id: String,
    /// The query, one `SELECT`.
    pub sql: String,
    /// What its rows are.
    pub scope: Scope,
    /// Whether offending rows refuse the load ([`Action::Abort`]), are held back ([`Action::Quarantine`]) or are only
    /// counted ([`Action::Warn`]).
    pub action: Action,
    /// What it is about.
    pub dimension: Dimension,
    /// How many rows it may return before the load is refused; where nothing is said, as its action does.
    pub tolerance: Option<Tolerance>,
    /// The columns it reads, for people.
    pub columns: Vec<String>,
    /// What it expects, in words.
    pub expected: String,
}

/// What the rows are that an audit's query returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Rows of the load, each by its `_load_id` and `_record_no`: they can be held back.
    Row,
    /// Something about the load as a whole, such as a figure.
    Load,
}

impl Audit {
    /// An audit that refuses the load when its query returns a row, whatever that is; about consistency.
    pub fn new(id: impl Into<String>, sql: impl Into<String>) -> Self {
        let id = id.into();
        Audit {
            expected: format!("no row that {id} returns"),
            id,
            sql: sql.into(),
            scope: Scope::Load,
            action: Action::Abort,
            dimension: Dimension::Consistency,
            tolerance: None,
            columns: Vec::new(),
        }
    }

    /// The same of a query that returns the `_load_id` and `_record_no` of each offending row, which can be held back.
    ///
    /// ```
    /// let audit = ml_core::Audit::of_rows(
    ///     "parts.heaviest",
    ///     r#"SELECT "_load_id", "_record_no" FROM {rows} AS r WHERE weight > 3 * (SELECT avg(weight) FROM {rows} AS r)"#,
    /// );
    /// assert_eq!(audit.quarantine()?.action, ml_core::Action::Quarantine);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn of_rows(id: impl Into<String>, sql: impl Into<String>) -> Self {
        Audit {
            scope: Scope::Row,
            ..Audit::new(id, sql)
        }
    }

    /// The same audit, counting only.
    pub fn warn(mut self) -> Self {
        self.action = Action::Warn;
        self
    }

    /// The same audit, holding the offending rows back.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when its query does not return rows of the load.
    pub fn quarantine(mut self) -> Result<Self> {
        self.action = Action::Quarantine;
        self.holds()?;
        Ok(self)
    }

    /// The same audit, about something else.
    pub fn dimension(mut self, dimension: Dimension) -> Self {
        self.dimension = dimension;
        self
    }

    /// The same audit, which refuses the load only when it returns more rows than that, whatever its action; rows of
    /// the load are then held back by an abort as well.
    pub fn tolerating(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Says which columns it reads.
    pub fn reading<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.columns.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Says in words what it expects.
    pub fn expecting(mut self, words: impl Into<String>) -> Self {
        self.expected = words.into();
        self
    }

    /// Whether the rows it returns are held back: by a quarantine, and by an abort that tolerates some.
    ///
    /// # Errors
    /// [`Contract`](crate::Kind::Contract) when they are to be and its query does not return rows of the load.
    pub fn holds(&self) -> Result<bool> {
        match (self.action, self.scope) {
            (Action::Quarantine, Scope::Row) => Ok(true),
            (Action::Abort, Scope::Row) => Ok(self.tolerance.is_some()),
            (Action::Quarantine, Scope::Load) => Err(Error::contract(format!(
                "audit {} cannot hold rows back: it is about the load as a whole; let it warn or abort",
                self.id
            ))),
            (Action::Warn, _) | (Action::Abort, Scope::Load) => Ok(false),
        }
    }

    /// Changes whenever the audit does: its name, its query, what it does and what it tolerates.
    pub fn fingerprint(&self) -> Fingerprint {
        let Tolerance { share, records } = self.tolerance.unwrap_or(Tolerance {
            // None at all is another thing than one that tolerates everything.
            share: -1.0,
            records: 0,
        });
        let says = [
            self.id.as_str(),
            &self.sql,
            self.action.as_str(),
            self.dimension.as_str(),
            &format!("{share:?}/{records}"),
        ];
        Fingerprint::of(says.join("\0"))
    }

    /// What a scorecard says of it, had it returned so many rows.
    pub fn count(&self, rows: u64) -> RuleCount {
        RuleCount::of(self.action)
            .dimension(self.dimension)
            .tolerance(self.tolerance)
            .violations(rows)
    }

    /// What it has against a row that it returned, without a value.
    pub fn violation(&self) -> Violation {
        Violation {
            rule: self.id.clone(),
            columns: self.columns.clone(),
            action: self.action,
            expected: self.expected.clone(),
            found: format!("a row that the query of {} returned", self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flow, Gate, Kind};

    /// Where the audits stand decides nothing; whatever they say does.
    #[test]
    fn the_rules_of_a_load_are_those_of_its_audits_too() {
        let one = || Audit::of_rows("a", "SELECT");
        let other = || Audit::new("b", "SELECT");
        let rules = Fingerprint::of("rules");
        let of = |audits: &[Audit]| {
            let flow = Flow::new(Gate::off());
            let add = |flow: Flow, audit: &Audit| flow.audit(audit.clone());
            audits.iter().fold(flow, add).rules(rules)
        };
        assert_eq!(of(&[]), rules);
        assert_eq!(of(&[one(), other()]), of(&[other(), one()]));
        let mut all = vec![
            rules,
            of(&[one()]),
            of(&[other()]),
            of(&[one(), other()]),
            of(&[one().warn()]),
            of(&[one().quarantine().unwrap()]),
            of(&[one().dimension(Dimension::Accuracy)]),
            of(&[one().tolerating(Tolerance::NONE)]),
            of(&[one().tolerating(Tolerance::share(0.5))]),
            of(&[one().tolerating(Tolerance::records(0))]),
            of(&[Audit::of_rows("a", "SELECT 1")]),
        ];
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn only_rows_of_the_load_are_held_back() {
        let rows = Audit::of_rows("a", "SELECT");
        let figure = Audit::new("b.mean", "SELECT");
        let some = Tolerance::records(1);
        assert!(!rows.holds().unwrap() && !rows.clone().warn().holds().unwrap());
        assert!(rows.clone().tolerating(some).holds().unwrap());
        assert!(!rows.clone().warn().tolerating(some).holds().unwrap());
        assert!(rows.quarantine().unwrap().holds().unwrap());
        assert!(!figure.clone().tolerating(some).holds().unwrap());
        let error = figure.quarantine().unwrap_err();
        assert_eq!(error.kind(), Kind::Contract);
        assert!(
            error.to_string().starts_with("audit b.mean cannot"),
            "{error}"
        );
    }

    #[test]
    fn says_what_it_was_told_to() {
        let audit = Audit::of_rows("parts.heaviest", "SELECT")
            .warn()
            .dimension(Dimension::Accuracy)
            .tolerating(Tolerance::records(2))
            .reading(["weight", "unit"])
            .expecting("no part of a ton");
        let count = audit.count(3);
        assert_eq!((count.action, count.violations), (Action::Warn, 3));
        assert_eq!(
            (count.dimension, count.tolerance),
            (Dimension::Accuracy, Some(Tolerance::records(2)))
        );
        let line = "parts.heaviest (weight, unit): expected no part of a ton, found a row that the query of parts.heaviest returned";
        assert_eq!(audit.violation().to_string(), line);
        assert_eq!(
            Audit::new("a", "SELECT").violation().expected,
            "no row that a returns"
        );
    }
}
