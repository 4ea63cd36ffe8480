/// What an error says about running again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// What became of the work is not known: run it again, the ledger decides.
    Unknown,
    /// It passes by itself: run again after a pause.
    Transient,
    /// Something is full: run again once there is room, and tell whoever can make some.
    Wait,
    /// The server refused values, which a check before it should have held back: running again changes nothing.
    Rows,
    /// Running again changes nothing.
    Fatal,
}

impl Class {
    /// Whether running again may help.
    pub fn passes(self) -> bool {
        matches!(self, Class::Unknown | Class::Transient | Class::Wait)
    }
}
