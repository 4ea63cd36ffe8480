/// Where a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The message of the client, counted from 1 over all connections of a proxy.
    pub message: u64,
    /// Where at it.
    pub at: Break,
}

/// How much of a message gets through before the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Nothing of it.
    Before,
    /// Half of it.
    Within,
    /// All of it, and the server has done what it says; what it answers does not get through.
    After,
}

impl Break {
    /// All of them.
    pub const ALL: [Break; 3] = [Break::Before, Break::Within, Break::After];
}
