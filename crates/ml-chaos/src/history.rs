use std::collections::BTreeMap;

use crate::{Invariant, Outcome, Violation};

/// What was said of each thing that was to be done, held against what is there: done is there ever after, failed is not, and
/// what is not known is either, but the same ever after.
#[derive(Debug, Clone, Default)]
pub struct History(BTreeMap<String, State>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// It may be there or not.
    Open,
    /// It is there or not, as it was said or seen.
    Decided { is_there: bool, by: String },
}

impl History {
    /// A thing is tried, or tried again. What is there stays there.
    pub fn tried(&mut self, what: &str) {
        let state = self.0.entry(what.to_owned()).or_insert(State::Open);
        if matches!(
            state,
            State::Decided {
                is_there: false,
                ..
            }
        ) {
            *state = State::Open;
        }
    }

    /// What was said of it in the end.
    pub fn said(&mut self, what: &str, outcome: Outcome) -> Option<Violation> {
        let done = outcome.is_done()?;
        self.decide(what, done, format!("said {outcome:?}"))
    }

    /// Whether it was there. Look when nobody is at it any more: who has not ended may still do it.
    pub fn seen(&mut self, what: &str, is_there: bool) -> Option<Violation> {
        let by = match is_there {
            true => "seen there",
            false => "seen not there",
        };
        self.decide(what, is_there, by.to_owned())
    }

    /// The things it knows of.
    pub fn things(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn decide(&mut self, what: &str, is_there: bool, by: String) -> Option<Violation> {
        let state = self.0.entry(what.to_owned()).or_insert(State::Open);
        let before = std::mem::replace(
            state,
            State::Decided {
                is_there,
                by: by.clone(),
            },
        );
        match before {
            State::Decided {
                is_there: was,
                by: before,
            } if was != is_there => {
                let found = format!("{what}: {before}, then {by}");
                Some(Violation::of(Invariant::Honest, found))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of these lies is found: what was said, and what was seen one time and another.
    fn lies(outcome: Outcome, seen: [bool; 2]) -> bool {
        let mut history = History::default();
        history.tried("a");
        let said = history.said("a", outcome);
        assert_eq!(said, None);
        seen.map(|seen| history.seen("a", seen))
            .iter()
            .any(Option::is_some)
    }

    #[test]
    fn done_is_there_failed_is_not_and_what_is_not_known_is_decided_once() {
        for outcome in [Outcome::Applied, Outcome::Replayed] {
            assert!(!lies(outcome, [true, true]));
            assert!(lies(outcome, [false, false]) && lies(outcome, [true, false]));
        }
        for outcome in [Outcome::Refused, Outcome::Failed] {
            assert!(!lies(outcome, [false, false]));
            assert!(lies(outcome, [true, true]) && lies(outcome, [false, true]));
        }
        for outcome in [Outcome::Unknown, Outcome::Busy] {
            assert!(!lies(outcome, [true, true]) && !lies(outcome, [false, false]));
            assert!(lies(outcome, [true, false]) && lies(outcome, [false, true]));
        }
    }

    #[test]
    fn what_failed_may_be_done_when_it_is_tried_again_and_what_is_done_stays() {
        let mut history = History::default();
        history.tried("a");
        assert_eq!(history.said("a", Outcome::Failed), None);
        history.tried("a");
        assert_eq!(history.said("a", Outcome::Applied), None);
        history.tried("a");
        let found = history.said("a", Outcome::Failed).unwrap();
        assert_eq!(
            found.to_string(),
            "K-9, honest: a: said Applied, then said Failed"
        );
        assert_eq!(history.things().collect::<Vec<_>>(), ["a"]);
    }
}
