use std::fmt;

use ml_core::{Action, Dimension, RuleCount, Tolerance};
use serde::Serialize;

use crate::{Check, Expr, Rule, Validated};

/// What a rule set takes: a [`Rule`], a [`Check`] or what `validator` derives.
pub enum Clause<T> {
    /// A rule as a value.
    Rule(Rule),
    /// A closure.
    Check(Check<T>),
    /// What `validator` derives.
    Validated(Validated<T>),
}

/// What of a clause enters the fingerprint, besides its name.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signature<'a> {
    Rule(&'a Expr, &'a str),
    Check(u32),
    Validated(u32),
}

impl<T> Clause<T> {
    /// The rule's name; `validate` for what `validator` derives.
    pub fn id(&self) -> &str {
        match self {
            Clause::Rule(rule) => &rule.id,
            Clause::Check(check) => &check.id,
            Clause::Validated(_) => "validate",
        }
    }

    /// What the rule is about; validity for what `validator` derives.
    pub fn dimension(&self) -> Dimension {
        match self {
            Clause::Rule(rule) => rule.dimension,
            Clause::Check(check) => check.dimension,
            Clause::Validated(_) => Dimension::Validity,
        }
    }

    /// How often the rule may be violated, where it says; what `validator` derives does not.
    pub fn tolerance(&self) -> Option<Tolerance> {
        match self {
            Clause::Rule(rule) => rule.tolerance,
            Clause::Check(check) => check.tolerance,
            Clause::Validated(_) => None,
        }
    }

    /// What a scorecard says of the rule.
    pub(crate) fn count(&self, action: Action) -> RuleCount {
        RuleCount::of(action)
            .dimension(self.dimension())
            .tolerance(self.tolerance())
    }

    pub(crate) fn without_tolerance(mut self) -> Self {
        match &mut self {
            Clause::Rule(rule) => rule.tolerance = None,
            Clause::Check(check) => check.tolerance = None,
            Clause::Validated(_) => {}
        }
        self
    }

    pub(crate) fn signature(&self) -> Signature<'_> {
        match self {
            Clause::Rule(rule) => Signature::Rule(&rule.expr, &rule.expected),
            Clause::Check(check) => Signature::Check(check.revision),
            Clause::Validated(validated) => Signature::Validated(validated.revision),
        }
    }
}

impl<T> From<Rule> for Clause<T> {
    fn from(rule: Rule) -> Self {
        Clause::Rule(rule)
    }
}

impl<T> From<Check<T>> for Clause<T> {
    fn from(check: Check<T>) -> Self {
        Clause::Check(check)
    }
}

impl<T> From<Validated<T>> for Clause<T> {
    fn from(validated: Validated<T>) -> Self {
        Clause::Validated(validated)
    }
}

impl<T> Clone for Clause<T> {
    fn clone(&self) -> Self {
        match self {
            Clause::Rule(rule) => rule.clone().into(),
            Clause::Check(check) => check.clone().into(),
            Clause::Validated(validated) => validated.clone().into(),
        }
    }
}

impl<T> fmt::Debug for Clause<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clause::Rule(rule) => rule.fmt(f),
            Clause::Check(check) => check.fmt(f),
            Clause::Validated(validated) => validated.fmt(f),
        }
    }
}
