use std::fmt;

use ml_core::{Action, Contract, Error, Fingerprint, Record, Result, Typed};

use crate::judge::{Bound, Test};
use crate::{Clause, Judge, Rule, Validated};

/// Rules and what each does, built up one by one and then bound to the columns as a [`Judge`].
pub struct RuleSet<T> {
    clauses: Vec<(Action, Clause<T>)>,
}

impl<T> RuleSet<T> {
    /// A set without rules.
    pub fn new() -> Self {
        RuleSet {
            clauses: Vec::new(),
        }
    }

    /// The same set with a rule that counts only.
    pub fn warn(self, rule: impl Into<Clause<T>>) -> Self {
        self.with(Action::Warn, rule)
    }

    /// The same set with a rule that holds records back.
    pub fn quarantine(self, rule: impl Into<Clause<T>>) -> Self {
        self.with(Action::Quarantine, rule)
    }

    /// The same set with a rule that refuses the load.
    pub fn abort(self, rule: impl Into<Clause<T>>) -> Self {
        self.with(Action::Abort, rule)
    }

    /// The same set with a rule and its action.
    pub fn with(mut self, action: Action, rule: impl Into<Clause<T>>) -> Self {
        self.clauses.push((action, rule.into()));
        self
    }

    /// The same set with all the rules of another one, such as what [`validated`](crate::validated) gives.
    pub fn include(mut self, other: impl Into<RuleSet<T>>) -> Self {
        self.clauses.extend(other.into().clauses);
        self
    }

    /// The same rules, each counting only, without their tolerances: nothing is held back and nothing refused.
    pub fn warn_only(self) -> Self {
        let counting =
            |(_, clause): (Action, Clause<T>)| (Action::Warn, clause.without_tolerance());
        RuleSet {
            clauses: self.clauses.into_iter().map(counting).collect(),
        }
    }
}

impl<T: Typed> RuleSet<T> {
    /// Binds the rules to the columns of `T`.
    ///
    /// # Errors
    /// As [`RuleSet::build_for`].
    pub fn build(self) -> Result<Judge<T>> {
        self.build_for(&Contract::of::<T>()?)
    }
}

impl<T: Record> RuleSet<T> {
    /// Binds the rules to the columns of a contract known at run time.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when a rule names an unknown column or compares what cannot be
    /// compared, an id is empty or used twice, or a critical column is read by no rule.
    pub fn build_for(self, contract: &Contract) -> Result<Judge<T>> {
        let fingerprint = fingerprint(&self.clauses)?;
        let bound: Result<Vec<_>> = self
            .clauses
            .into_iter()
            .map(|(action, clause)| bind(action, clause, contract))
            .collect();
        let bound = bound?;
        unique(&bound, contract)?;
        covered(&bound, contract)?;
        Ok(Judge::new(bound, contract.clone(), fingerprint))
    }
}

/// Of the JSON of the rules sorted by id: in which order they were added decides nothing.
fn fingerprint<T>(clauses: &[(Action, Clause<T>)]) -> Result<Fingerprint> {
    let mut entries: Vec<_> = clauses
        .iter()
        .map(|(action, clause)| {
            let said = (*action, clause.dimension(), clause.tolerance());
            (clause.id(), said, clause.signature())
        })
        .collect();
    entries.sort_by_key(|(id, ..)| *id);
    let json = serde_json::to_vec(&entries)
        .map_err(|error| Error::contract("the rules cannot be written as JSON").because(error))?;
    Ok(Fingerprint::of(json))
}

fn bind<T>(action: Action, clause: Clause<T>, contract: &Contract) -> Result<Bound<T>> {
    let (id, count) = (clause.id().to_owned(), clause.count(action));
    let refused = |what| refused(contract, &id, what);
    let (columns, expected, test) = match clause {
        Clause::Rule(rule) => {
            let expr = rule.expr.bind(contract).map_err(refused)?;
            let columns = expr.columns().into_iter().copied().collect();
            (columns, rule.expected, Test::Expr(expr))
        }
        Clause::Check(check) => {
            let columns = ordinals(&check.columns, contract).map_err(refused)?;
            (columns, check.expected, Test::Check(check.test))
        }
        Clause::Validated(validated) => (Vec::new(), String::new(), Test::Validate(validated.run)),
    };
    Ok(Bound::new(id, count, columns, expected, test))
}

fn ordinals(names: &[String], contract: &Contract) -> Result<Vec<usize>, String> {
    let ordinal = |name: &String| {
        let unknown = || format!("there is no column {name}");
        contract.ordinal(name).ok_or_else(unknown)
    };
    names.iter().map(ordinal).collect()
}

fn unique<T>(rules: &[Bound<T>], contract: &Contract) -> Result<()> {
    let mut ids: Vec<&str> = rules.iter().map(Bound::id).collect();
    ids.sort_unstable();
    if ids.first() == Some(&"") {
        return Err(refused(contract, "", "a rule needs a name".into()));
    }
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            let what = "the name is used twice: give one of the rules another with named()";
            Err(refused(contract, pair[0], what.into()))
        }
        None => Ok(()),
    }
}

fn covered<T>(rules: &[Bound<T>], contract: &Contract) -> Result<()> {
    let mut columns = contract.columns.iter().enumerate();
    let uncovered = columns.find(|(ordinal, column)| {
        column.critical && !rules.iter().any(|rule| rule.reads(*ordinal))
    });
    match uncovered {
        Some((_, column)) => Err(Error::contract(format!(
            "rules of {}: column {} is critical and no rule reads it",
            contract.dataset, column.name
        ))),
        None => Ok(()),
    }
}

fn refused(contract: &Contract, id: &str, what: String) -> Error {
    let dataset = &contract.dataset;
    Error::contract(format!("rule {id} of {dataset}: {what}"))
}

impl<T> Default for RuleSet<T> {
    fn default() -> Self {
        RuleSet::new()
    }
}

impl<T> From<Validated<T>> for RuleSet<T> {
    fn from(validated: Validated<T>) -> Self {
        RuleSet::new().quarantine(validated)
    }
}

/// Rules from a file or a table.
impl<T, C: Into<Clause<T>>> FromIterator<(Action, C)> for RuleSet<T> {
    fn from_iter<I: IntoIterator<Item = (Action, C)>>(rules: I) -> Self {
        let start = RuleSet::new();
        let add = |set: Self, (action, rule)| set.with(action, rule);
        rules.into_iter().fold(start, add)
    }
}

impl<T> From<Vec<(Action, Rule)>> for RuleSet<T> {
    fn from(rules: Vec<(Action, Rule)>) -> Self {
        rules.into_iter().collect()
    }
}

impl<T> Clone for RuleSet<T> {
    fn clone(&self) -> Self {
        RuleSet {
            clauses: self.clauses.clone(),
        }
    }
}

impl<T> fmt::Debug for RuleSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.clauses).finish()
    }
}
