/// A column of the files that a subject loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header and in the table.
    pub name: &'static str,
    /// What is in it.
    pub holds: Holds,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A whole number that no two records of the files share, but for versions of one thing. One column has to.
    Key,
    /// A whole number: of two records with one key the higher one stands.
    Version,
    /// Text that is personal.
    Text,
    /// A number with two decimals.
    Number,
}

impl Holds {
    /// A column of this name that holds it.
    pub const fn named(self, name: &'static str) -> Column {
        Column { name, holds: self }
    }
}
