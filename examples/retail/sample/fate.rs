use super::defect::{Defect, QUOTE};

#[derive(Clone, Copy)]
pub(super) enum Fate {
    Accepted,
    /// Accepted, and without a quote: it follows a broken one.
    Plain,
    Duplicate,
    Dropped(Defect),
    Silver(Defect),
    Bronze(Defect),
}

impl Fate {
    pub(super) fn followed(self) -> impl Iterator<Item = Fate> {
        let plain = matches!(self, Fate::Bronze(QUOTE)).then_some(Fate::Plain);
        [self].into_iter().chain(plain)
    }
}
