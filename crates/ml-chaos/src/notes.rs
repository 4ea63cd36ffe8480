use crate::seen::Seen;
use crate::{Canaries, File, Files, Findings, History, Invariant, Outcome, Said, Violation};

/// What is taken down during a check.
#[derive(Debug)]
pub(crate) struct Notes {
    pub(crate) history: History,
    canaries: Canaries,
    findings: Findings,
}

impl Default for Notes {
    fn default() -> Self {
        Notes {
            history: History::default(),
            canaries: Canaries::new([Files::CANARY]),
            findings: Findings::default(),
        }
    }
}

impl Notes {
    /// What the check found; the next one begins with nothing.
    pub(crate) fn findings(&mut self) -> Findings {
        std::mem::take(&mut self.findings)
    }

    pub(crate) fn looked(&mut self) {
        self.findings.looks += 1;
    }

    pub(crate) fn found(&mut self, invariant: Invariant, found: impl Into<String>) {
        self.findings
            .violations
            .push(Violation::of(invariant, found));
    }

    /// Violations that were found over something.
    pub(crate) fn note(&mut self, what: &str, found: impl IntoIterator<Item = Violation>) {
        for violation in found {
            self.found(violation.invariant, format!("{what}: {}", violation.found));
        }
    }

    /// The same, each of them as a violation of one invariant.
    pub(crate) fn note_as(&mut self, invariant: Invariant, what: &str, found: Vec<Violation>) {
        for violation in found {
            self.found(invariant, format!("{what}: {}", violation.found));
        }
    }

    /// What was seen of a file has to be all or nothing; what is there twice is another matter.
    pub(crate) fn all_or_nothing(&mut self, what: &str, seen: &Seen, found: Vec<Violation>) {
        let is_twice = |violation: &Violation| violation.invariant == Invariant::Idempotent;
        match (seen.is_nothing(), found.iter().any(is_twice)) {
            (true, _) => {}
            (false, true) => self.note(what, found.into_iter().filter(is_twice)),
            (false, false) => self.note_as(Invariant::Atomic, what, found),
        }
    }

    /// No value of a row may be in what was said.
    pub(crate) fn heard(&mut self, what: &str, said: &Said) {
        let place = format!("what was said of {what}");
        let leaks = self.canaries.in_text(&said.text, &place);
        self.findings.violations.extend(leaks);
    }

    /// Something that nothing hinders has to have come to `Applied`.
    pub(crate) fn applied(&mut self, what: &str, said: &Said) {
        if said.outcome != Outcome::Applied {
            self.found(Invariant::Reconciles, format!("{what}: {said}"));
        }
    }

    /// What a load was said to have come to.
    pub(crate) fn concluded(&mut self, file: &File, said: &Said) {
        let lie = self.history.said(&file.thing(), said.outcome);
        self.findings.violations.extend(lie);
    }

    /// Whether a file is there, when nobody is at it any more.
    pub(crate) fn decided(&mut self, file: &File, is_there: bool) {
        let lie = self.history.seen(&file.thing(), is_there);
        self.findings.violations.extend(lie);
    }
}
