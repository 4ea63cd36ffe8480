/// How much of a file is held in memory at once; tests make it small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Longest record in bytes.
    pub(crate) record: usize,
    /// Longest field in bytes.
    pub(crate) field: usize,
    /// How many bytes of a record that is held back are kept; at most `record`.
    pub(crate) raw: usize,
    /// How many bytes are read from the file at once.
    pub(crate) block: usize,
    /// How many bytes csv-async takes over at once.
    pub(crate) buffer: usize,
    /// A chunk ends after so many bytes of the file, however few its records.
    pub(crate) chunk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            record: 16 << 20,
            field: 1 << 20,
            raw: 64 << 10,
            block: 256 << 10,
            buffer: 16 << 10,
            chunk: 8 << 20,
        }
    }
}
