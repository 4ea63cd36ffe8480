/// How many records the loads of a dataset held back, and what became of them; of loads taken out again nothing counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many were held back, exactly.
    pub held: u64,
    /// How many of them are kept: 100,000 records or 64 MiB of a load at most.
    pub kept: u64,
    /// Kept, and nobody has decided.
    pub open: u64,
    /// Put right, and to be replayed.
    pub fixed: u64,
    /// Replayed: those that were held back once more are counted again, as held by the load that replayed them.
    pub replayed: u64,
    /// Discarded.
    pub discarded: u64,
}
