/// How much of a source is held in memory at once, and how much may come of it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest record in bytes.
    pub(crate) record: usize,
    /// Longest field in bytes.
    pub(crate) field: usize,
    /// How many bytes of a record that is held back are kept; at most `record`.
    pub(crate) raw: usize,
    /// How many bytes are read from the text at once.
    pub(crate) block: usize,
    /// How many bytes csv-async takes over at once.
    pub(crate) buffer: usize,
    /// A chunk ends after so many bytes of the text, however few its records.
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

impl Limits {
    /// The same limits with another longest record in bytes, 16 MiB by default; a longer one is held back.
    pub fn record(mut self, bytes: usize) -> Self {
        self.record = bytes.max(1);
        self.raw = self.raw.min(self.record);
        self
    }

    /// The same limits with another longest field in bytes, 1 MiB by default; its record is held back.
    pub fn field(mut self, bytes: usize) -> Self {
        self.field = bytes;
        self
    }
}
