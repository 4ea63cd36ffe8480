use std::fmt;
use std::sync::Arc;

use ml_core::{
    Action, Contract, FieldError, Fingerprint, Record, Report, RuleCount, Scorecard, Stage,
    Violation,
};
use validator::ValidationErrors;

use crate::Expr;
use crate::found::found;
use crate::validated::{Flaw, flaws};

/// Rules bound to the columns of a record; judges one record after another. Cheap to clone.
///
/// As a [`Stage`] it hands on what no rule holds back.
pub struct Judge<R> {
    bench: Arc<Bench<R>>,
}

struct Bench<R> {
    rules: Box<[Bound<R>]>,
    contract: Contract,
    fingerprint: Fingerprint,
}

/// A rule whose columns are ordinals.
pub(crate) struct Bound<R> {
    id: String,
    /// What a scorecard says of it before any violation.
    count: RuleCount,
    /// Each once, in the order in which they are first read.
    columns: Vec<usize>,
    expected: String,
    test: Test<R>,
}

pub(crate) enum Test<R> {
    Expr(Expr<usize>),
    Check(crate::check::Test<R>),
    Validate(fn(&R) -> Result<(), ValidationErrors>),
}

impl<R> Bound<R> {
    pub(crate) fn new(
        id: String,
        count: RuleCount,
        columns: Vec<usize>,
        expected: String,
        test: Test<R>,
    ) -> Self {
        let mut once = Vec::with_capacity(columns.len());
        for column in columns {
            if !once.contains(&column) {
                once.push(column);
            }
        }
        Bound {
            id,
            count,
            columns: once,
            expected,
            test,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn reads(&self, ordinal: usize) -> bool {
        self.columns.contains(&ordinal)
    }

    fn expr(&self) -> Option<&Expr<usize>> {
        match &self.test {
            Test::Expr(expr) => Some(expr),
            Test::Check(_) | Test::Validate(_) => None,
        }
    }

    /// Whether the rule has nothing to read; closures want a whole record.
    fn is_blind(&self, bad: &[FieldError]) -> bool {
        match self.test {
            Test::Expr(_) => bad.iter().any(|error| self.reads(error.ordinal)),
            Test::Check(_) | Test::Validate(_) => true,
        }
    }
}

impl<R: Record> Judge<R> {
    pub(crate) fn new(rules: Vec<Bound<R>>, contract: Contract, fingerprint: Fingerprint) -> Self {
        let bench = Bench {
            rules: rules.into(),
            contract,
            fingerprint,
        };
        Judge {
            bench: Arc::new(bench),
        }
    }

    /// Changes whenever a rule, its revision, its action, its dimension or its tolerance does.
    pub fn fingerprint(&self) -> Fingerprint {
        self.bench.fingerprint
    }

    /// A card on which every rule stands with no violation.
    pub fn card(&self) -> Scorecard {
        let mut card = Scorecard::default();
        self.declare(&mut card);
        card
    }

    /// The rules' names and what they do, in the order in which they judge.
    pub fn rules(&self) -> impl Iterator<Item = (&str, Action)> {
        let rules = self.bench.rules.iter();
        rules.map(|rule| (rule.id.as_str(), rule.count.action))
    }

    pub(crate) fn reads(&self, ordinal: usize) -> bool {
        self.bench.rules.iter().any(|rule| rule.reads(ordinal))
    }

    pub(crate) fn contract(&self) -> &Contract {
        &self.bench.contract
    }

    /// The rules with what they say, where they are values.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = (&str, RuleCount, Option<&Expr<usize>>)> {
        let rules = self.bench.rules.iter();
        rules.map(|rule| (rule.id.as_str(), rule.count, rule.expr()))
    }

    /// Reports every rule that the record violates.
    ///
    /// Rules that read a column in `bad`, which could not be decoded, are skipped; closures and
    /// [`validated`](crate::validated) run only when `bad` is empty.
    #[inline]
    pub fn judge(&self, record: &R, bad: &[FieldError], report: &mut Report) {
        for rule in &self.bench.rules {
            if bad.is_empty() || !rule.is_blind(bad) {
                self.apply_rule(rule, record, report);
            }
        }
    }

    #[inline]
    fn apply_rule(&self, rule: &Bound<R>, record: &R, report: &mut Report) {
        let passes = match &rule.test {
            Test::Expr(expr) => expr.passes(record, report.began()),
            Test::Check(test) => test(record),
            Test::Validate(run) => match run(record) {
                Ok(()) => true,
                Err(errors) => return self.report_flaws(rule, record, &errors, report),
            },
        };
        if !passes {
            report.violate(self.violation(rule, record));
        }
    }

    #[cold]
    fn violation(&self, rule: &Bound<R>, record: &R) -> Violation {
        Violation {
            rule: rule.id.clone(),
            columns: self.names(&rule.columns),
            action: rule.count.action,
            expected: rule.expected.clone(),
            found: self.found(record, &rule.columns),
        }
    }

    #[cold]
    fn report_flaws(
        &self,
        rule: &Bound<R>,
        record: &R,
        errors: &ValidationErrors,
        report: &mut Report,
    ) {
        for flaw in flaws(errors) {
            report.violate(self.flawed(rule.count.action, record, &flaw));
        }
    }

    fn flawed(&self, action: Action, record: &R, flaw: &Flaw) -> Violation {
        let contract = &self.bench.contract;
        let field = flaw.path.first().and_then(|field| contract.ordinal(field));
        let columns: Vec<usize> = field.into_iter().collect();
        Violation {
            rule: self.apart(flaw.rule()),
            columns: self.names(&columns),
            action,
            expected: flaw.expected(),
            found: self.found(record, &columns),
        }
    }

    /// Counted by itself where a rule of the set has the same name, which may have another action.
    fn apart(&self, id: String) -> String {
        if self.rules().any(|(rule, _)| rule == id) {
            return format!("validate.{id}");
        }
        id
    }

    fn names(&self, ordinals: &[usize]) -> Vec<String> {
        let columns = &self.bench.contract.columns;
        let name = |ordinal: &usize| columns[*ordinal].name.to_string();
        ordinals.iter().map(name).collect()
    }

    fn found(&self, record: &R, ordinals: &[usize]) -> String {
        found(record, ordinals, &self.bench.contract.columns)
    }
}

impl<R: Record> Stage<R> for Judge<R> {
    type Out = R;

    fn apply(&self, record: R, report: &mut Report) -> Option<R> {
        self.judge(&record, &[], report);
        (!report.is_held()).then_some(record)
    }

    fn declare(&self, card: &mut Scorecard) {
        let rules = self.bench.rules.iter();
        rules.for_each(|rule| card.declare(&rule.id, rule.count));
    }
}

impl<R> Clone for Judge<R> {
    fn clone(&self) -> Self {
        Judge {
            bench: Arc::clone(&self.bench),
        }
    }
}

impl<R: Record> fmt::Debug for Judge<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.rules()).finish()
    }
}
