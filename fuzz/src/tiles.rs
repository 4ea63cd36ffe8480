use ml_core::Held;

/// What may stand between the records of a text.
#[derive(Debug, Clone, Copy)]
pub struct Tiles {
    /// The first byte of lines that are no records.
    pub comment: Option<u8>,
    /// How many lines stand before the first record.
    pub preamble: usize,
    /// How many records stand before the first one that counts.
    pub header: usize,
    /// How many lines stand behind the last one.
    pub footer: usize,
}

impl Tiles {
    /// Records, all of them held back, cover a text but for what may stand between them, each at its line and with
    /// its own bytes.
    ///
    /// # Panics
    /// When they do not: a finding.
    pub fn check(&self, text: &[u8], records: &[Held]) {
        let mut behind = 0;
        for held in records {
            let (Some(byte), Some(line)) = (held.at.byte, held.at.line) else {
                panic!("a record of a text has its place");
            };
            let byte = byte as usize;
            assert!(byte >= behind, "records overlap");
            assert_eq!(line, line_of(&text[..byte]));
            assert!(text[byte..].starts_with(&held.raw));
            assert!(held.raw_len > 0);
            let gap = &text[behind..byte];
            if behind > 0 {
                assert_eq!(self.lines(gap), 0, "lost between records");
            } else if self.header == 0 {
                assert!(self.lines(gap) <= self.preamble, "lost before the first");
            }
            behind = byte + held.raw_len as usize;
        }
        if behind > 0 {
            assert!(
                self.lines(&text[behind..]) <= self.footer,
                "lost at the end"
            );
        } else if self.header == 0 {
            let most = self.preamble + self.footer;
            assert!(self.lines(text) <= most, "all is lost");
        }
    }

    /// How many lines that are neither blank nor comments nor marks of a file's start.
    fn lines(&self, gap: &[u8]) -> usize {
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let lines = gap.split(is_end).map(|mut line| {
            while let Some(rest) = line.strip_prefix(b"\xef\xbb\xbf") {
                line = rest;
            }
            line
        });
        let is_none = |line: &&[u8]| line.is_empty() || line.first().copied() == self.comment;
        lines.filter(|line| !is_none(line)).count()
    }
}

/// The line on which what follows `text` stands, counted the slow way.
fn line_of(text: &[u8]) -> u64 {
    let mut line = 1;
    for (at, byte) in text.iter().enumerate() {
        let is_second_half = *byte == b'\n' && at > 0 && text[at - 1] == b'\r';
        line += u64::from(matches!(byte, b'\r' | b'\n') && !is_second_half);
    }
    line
}
