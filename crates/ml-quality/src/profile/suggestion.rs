use std::cmp::Ordering;
use std::fmt;

use ml_core::{Action, Value, ValueRef};
use serde::{Deserialize, Serialize};

use super::figures::{ColumnProfile, MAX_CHARS, TextProfile};
use super::frequent::Top;
use crate::words::Plain;
use crate::{Format, Rule, catalogue, number};

/// With fewer values nothing is suggested: what a hundred records have in common need not be a rule.
const ENOUGH: u64 = 100;

/// Values that are each there ten times, on average, are taken for a list of values.
const REPEATS: u64 = 10;

/// A rule that every record seen passes, to be looked at by a person: what was so is not always what must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What it does; to begin with it only counts.
    pub action: Action,
    /// The rule, named and worded as [`ColumnRules`](crate::ColumnRules) does.
    pub rule: Rule,
    /// What was seen.
    pub because: String,
}

/// As `warn quantity.range: 1 to 12 (1000 values are)`.
impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rule { id, expected, .. } = &self.rule;
        write!(f, "{} {id}: {expected} ({})", self.action, self.because)
    }
}

/// What a [`RuleSet`](crate::RuleSet) is made from.
impl From<Suggestion> for (Action, Rule) {
    fn from(suggestion: Suggestion) -> Self {
        (suggestion.action, suggestion.rule)
    }
}

impl ColumnProfile {
    /// Rules that every record seen passes; none before there are 100 values.
    pub fn suggest(&self) -> Vec<Suggestion> {
        if self.known() < ENOUGH {
            return Vec::new();
        }
        let mut all = vec![self.presence(), self.range(), self.positive()];
        if let Some(text) = &self.text {
            all.extend(self.suggest_for(text));
        }
        all.into_iter().flatten().collect()
    }

    /// A list of values says it all; else what the values look like.
    fn suggest_for(&self, text: &TextProfile) -> [Option<Suggestion>; 2] {
        match self.one_of(text) {
            Some(list) => [Some(list), None],
            None => {
                let format = self.email(text).or_else(|| self.matches(text));
                [self.length(text), format]
            }
        }
    }

    fn presence(&self) -> Option<Suggestion> {
        let known = self.known();
        let blanks = self.text.as_ref().map(|text| text.blanks);
        match (self.nulls, blanks) {
            (0, Some(0)) => {
                let because = format!("none of {known} is NULL or blank");
                Some(suggestion(catalogue::not_blank(&self.name), because))
            }
            (0, _) => {
                let because = format!("none of {known} is NULL");
                Some(suggestion(catalogue::not_null(&self.name), because))
            }
            _ => None,
        }
    }

    fn range(&self) -> Option<Suggestion> {
        let ends = self.min.clone().zip(self.max.clone());
        let (lo, hi) = ends.filter(|(lo, hi)| has_range(lo) && has_range(hi))?;
        Some(self.of_all(catalogue::between(&self.name, lo, hi)))
    }

    fn positive(&self) -> Option<Suggestion> {
        let least = self.min.as_ref()?;
        let zero = ValueRef::Int(0);
        let is_above = number::order(least.as_ref(), zero) == Some(Ordering::Greater);
        if !is_above || matches!(least, Value::Text(_)) {
            return None;
        }
        let because = format!("the smallest of {} is {}", self.known(), Plain(least));
        Some(suggestion(catalogue::positive(&self.name), because))
    }

    /// Only of values that are known to be all there are, none of them cut.
    fn one_of(&self, text: &TextProfile) -> Option<Suggestion> {
        let is_cut = text.longest? > MAX_CHARS as u64;
        let distinct = self.top.len() as u64;
        let repeats = self.known() / distinct.max(1);
        if is_cut || repeats < REPEATS || !self.is_all(&self.top) {
            return None;
        }
        let values = self.top.iter().map(|top| top.value.clone());
        let because = format!("{} values, {distinct} different", self.known());
        let rule = catalogue::one_of(&self.name, values.collect());
        Some(suggestion(rule, because))
    }

    fn length(&self, text: &TextProfile) -> Option<Suggestion> {
        let min = u32::try_from(text.shortest?).ok()?;
        let max = u32::try_from(text.longest?).ok()?;
        Some(self.of_all(catalogue::length(&self.name, min, max)))
    }

    fn email(&self, text: &TextProfile) -> Option<Suggestion> {
        let are_all = text.emails == self.known();
        are_all.then(|| self.of_all(catalogue::format(&self.name, Format::Email)))
    }

    fn matches(&self, text: &TextProfile) -> Option<Suggestion> {
        let [only] = text.patterns.as_slice() else {
            return None;
        };
        let pattern = only.value.pattern()?;
        let because = format!("{} values have the shape {}", self.known(), only.value);
        let are_all = self.is_all(&text.patterns);
        are_all.then(|| suggestion(catalogue::matches(&self.name, pattern), because))
    }

    /// Whether these are for certain all there are.
    fn is_all<T>(&self, tops: &[Top<T>]) -> bool {
        tops.iter().map(|top| top.at_least).sum::<u64>() == self.known()
    }

    fn of_all(&self, rule: Rule) -> Suggestion {
        suggestion(rule, format!("all {} values are", self.known()))
    }
}

/// To begin with it only counts.
fn suggestion(rule: Rule, because: String) -> Suggestion {
    Suggestion {
        action: Action::Warn,
        rule,
        because,
    }
}

/// What a rule can have as an end of a range.
fn has_range(value: &Value) -> bool {
    match value {
        Value::Float(v) => v.is_finite(),
        Value::Null | Value::Bool(_) | Value::Text(_) => false,
        _ => true,
    }
}
