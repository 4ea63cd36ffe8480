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
    /// How many bytes may come out of a packed source.
    pub(crate) unpacked: u64,
    /// How many bytes may come out of one that went in.
    pub(crate) ratio: u64,
    /// How many bytes may come out before the ratio is looked at.
    pub(crate) free: u64,
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
            unpacked: 1 << 40,
            ratio: 200,
            free: 64 << 20,
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

    /// The same limits with another cap on the bytes that come out of a packed source, 1 TiB by default. Beyond it,
    /// and beyond 200 bytes for each that went in once 64 MiB came out, the source is refused as `decode.bomb`.
    pub fn unpacked(mut self, bytes: u64) -> Self {
        self.unpacked = bytes;
        self
    }

    /// The same limits with another ratio of bytes that come out of a packed source to those that went in, at least 1.
    pub fn ratio(mut self, ratio: u64) -> Self {
        self.ratio = ratio.max(1);
        self
    }
}
