use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, Utc};

use crate::{Action, Change, RuleCount, Scorecard, Violation};

/// A pure step from one record to another: accepted (`Some`), or, for the reasons given to the report,
/// quarantined or dropped (`None`).
///
/// Any `Fn(In, &mut Report) -> Option<Out>` is a stage.
pub trait Stage<In> {
    /// What comes out.
    type Out;

    /// Takes one record a step further.
    fn apply(&self, record: In, report: &mut Report) -> Option<Self::Out>;

    /// Names the stage's rules on a card, so that they are there even when none is violated.
    fn declare(&self, _card: &mut Scorecard) {}

    /// This stage and then the next one.
    fn then<Next: Stage<Self::Out>>(self, next: Next) -> Then<Self, Next>
    where
        Self: Sized,
    {
        Then(self, next)
    }
}

impl<In, Out, F: Fn(In, &mut Report) -> Option<Out>> Stage<In> for F {
    type Out = Out;

    fn apply(&self, record: In, report: &mut Report) -> Option<Out> {
        self(record, report)
    }
}

/// Two stages, one after the other; made by [`Stage::then`].
#[derive(Debug, Clone, Copy)]
pub struct Then<First, Next>(First, Next);

impl<In, First: Stage<In>, Next: Stage<First::Out>> Stage<In> for Then<First, Next> {
    type Out = Next::Out;

    fn apply(&self, record: In, report: &mut Report) -> Option<Self::Out> {
        let between = self.0.apply(record, report)?;
        self.1.apply(between, report)
    }

    fn declare(&self, card: &mut Scorecard) {
        self.0.declare(card);
        self.1.declare(card);
    }
}

/// Takes down what the stages say about one record after another, and counts.
#[derive(Debug, Clone)]
pub struct Report {
    began: DateTime<Utc>,
    card: Scorecard,
    violations: Vec<Violation>,
    reason: Option<Cow<'static, str>>,
    changing: Vec<Change>,
    changed: Vec<Change>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It goes on.
    Accepted,
    /// It is held back, for these reasons.
    Held(Vec<Violation>),
    /// It is left out, for a stated reason.
    Dropped,
}

impl Report {
    /// A report of a load that began at this instant, which is what rules about time call now.
    ///
    /// All reports of one load are given the same one, so that its verdict does not hang on how records were cut
    /// into batches. Below a microsecond, which is all PostgreSQL has, it is cut.
    pub fn at(began: DateTime<Utc>) -> Self {
        Report {
            began: began.trunc_subsecs(6),
            card: Scorecard::default(),
            violations: Vec::new(),
            reason: None,
            changing: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// The instant that rules about time call now.
    pub fn began(&self) -> DateTime<Utc> {
        self.began
    }

    /// Adds a violation; from [`Action::Quarantine`] on it holds the record back.
    pub fn violate(&mut self, mut violation: Violation) {
        no_nul(&mut violation.rule);
        no_nul(&mut violation.expected);
        no_nul(&mut violation.found);
        let count = RuleCount::of(violation.action).violations(1);
        self.card.count(violation.rule.clone(), count);
        self.violations.push(violation);
    }

    /// Leaves the record out for a stated reason that is not a lack of quality; answers `None`, for the
    /// stage to return.
    pub fn drop<T>(&mut self, reason: impl Into<Cow<'static, str>>) -> Option<T> {
        let mut reason = reason.into();
        if reason.contains('\0') {
            no_nul(reason.to_mut());
        }
        self.reason.get_or_insert(reason);
        None
    }

    /// Takes down what a standardiser changed in the record; nothing where it changed nothing.
    pub fn changes(&mut self, change: Option<Change>) {
        self.changing.extend(change);
    }

    /// Whether the record is held back by what was said so far.
    pub fn is_held(&self) -> bool {
        self.violations
            .iter()
            .any(|violation| violation.action > Action::Warn)
    }

    /// Closes the current record, which came out of the stages or did not, and counts it.
    ///
    /// A stage that loses a record without a reason is found out here: the record is held back.
    pub fn settle(&mut self, came_out: bool) -> Settled {
        self.card.read += 1;
        let held = self.is_held();
        let mut violations = std::mem::take(&mut self.violations);
        let reason = self.reason.take();
        self.changed.clear();
        let changing = std::mem::take(&mut self.changing);
        match reason {
            Some(reason) if !held => {
                *self.card.dropped.entry(reason.into_owned()).or_default() += 1;
                return Settled::Dropped;
            }
            None if came_out && !held => {
                self.card.accepted += 1;
                self.changed = changing;
                return Settled::Accepted;
            }
            None if !held => violations.push(self.unexplained()),
            _ => {}
        }
        self.card.quarantined += 1;
        Settled::Held(violations)
    }

    fn unexplained(&mut self) -> Violation {
        let rule = String::from("stage.reason");
        let count = RuleCount::of(Action::Quarantine).violations(1);
        self.card.count(rule.clone(), count);
        Violation {
            rule,
            columns: Vec::new(),
            action: Action::Quarantine,
            expected: String::from("a stage that keeps the record or says why not"),
            found: String::from("nothing"),
        }
    }

    /// What was changed in the record settled last, in the order in which it was; nothing unless it was accepted.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changed)
    }

    /// The card of the records settled since the last call.
    pub fn take_card(&mut self) -> Scorecard {
        std::mem::take(&mut self.card)
    }
}

/// A report of a load that begins now.
impl Default for Report {
    fn default() -> Self {
        Report::at(Utc::now())
    }
}

/// PostgreSQL's text has no NUL, and what is said about a record must not fail its load.
fn no_nul(text: &mut String) {
    if text.contains('\0') {
        *text = text.replace('\0', "\u{fffd}");
    }
}
