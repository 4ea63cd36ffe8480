use ml_core::{Report, Stage};

/// A stage that leaves out, for `reason`, the records for which `unwanted` holds.
///
/// Dropping is not a loss of quality: such records are counted apart and do not move the gate.
pub fn drop_if<T, F: Fn(&T) -> bool>(reason: &'static str, unwanted: F) -> DropIf<F> {
    DropIf { reason, unwanted }
}

/// Leaves records out for a stated reason; made by [`drop_if`].
#[derive(Debug, Clone, Copy)]
pub struct DropIf<F> {
    reason: &'static str,
    unwanted: F,
}

impl<T, F: Fn(&T) -> bool> Stage<T> for DropIf<F> {
    type Out = T;

    fn apply(&self, record: T, report: &mut Report) -> Option<T> {
        if (self.unwanted)(&record) {
            report.drop(self.reason)
        } else {
            Some(record)
        }
    }
}
