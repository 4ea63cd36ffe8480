/// Target of the trace events that name each step of a protocol, in order: what a test kills the process at.
pub const STEP: &str = "ml_pg::step";

/// Says that a step of a protocol is about to be taken.
pub(crate) fn step(name: &'static str) {
    tracing::trace!(target: STEP, step = name);
}
