use std::fmt;

/// What must hold whatever breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// R: what was read is accepted, quarantined or dropped, each byte of it once.
    Reconciles,
    /// A: nobody sees half of a load.
    Atomic,
    /// I: run again, it adds nothing.
    Idempotent,
    /// C: run again after a break, the tables are those of a run that nothing broke.
    Converges,
    /// E: an error names file, record, line, column and rule.
    Explains,
    /// M: memory stays under its cap.
    Bounded,
    /// T: a call returns by its deadline.
    Timely,
    /// L: no lock, session, transaction or temporary table is left behind.
    Clean,
    /// S: no secret and no personal value is in what is said.
    Discreet,
    /// X: nothing panics or aborts.
    Upright,
    /// K-9: what is said to be done is there ever after, what is said to have failed is not, and what is not known is decided
    /// once.
    Honest,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Invariant::Reconciles => "R, reconciles",
            Invariant::Atomic => "A, atomic",
            Invariant::Idempotent => "I, idempotent",
            Invariant::Converges => "C, converges",
            Invariant::Explains => "E, explains",
            Invariant::Bounded => "M, bounded",
            Invariant::Timely => "T, timely",
            Invariant::Clean => "L, clean",
            Invariant::Discreet => "S, discreet",
            Invariant::Upright => "X, upright",
            Invariant::Honest => "K-9, honest",
        })
    }
}
