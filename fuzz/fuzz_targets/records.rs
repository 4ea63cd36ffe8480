//! The record reader over any bytes, in the dialect and the encoding that the first eight say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metalayer_fuzz::{Pieces, Tiles, Whole, judge, strict};
use ml_bronze::{Dialect, Encoding, Form, Header, Limits, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    let Some((head, text)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let case = Case::of(head);
    let read = |judge, piece| {
        let feed = SourceFile::<_, Form>::new("fuzz", judge).form(case.dialect.clone().into());
        let feed = feed.limits(case.limits).chunk(case.chunk);
        let feed = match case.encoding {
            Some(encoding) => feed.encoding(encoding),
            None => feed,
        };
        Whole::of(feed.reading(Pieces::of(text, piece)))
    };
    let whole = read(judge(), usize::MAX);
    assert!(read(judge(), case.piece) == whole, "cuts change something");
    let all = read(strict(), usize::MAX);
    assert_eq!(all.is_some(), whole.is_some());
    let (Some(all), Some(whole)) = (all, whole) else {
        return;
    };
    assert_eq!((all.rows.len(), all.card.read), (0, whole.card.read));
    if case.is_plain(text) {
        case.tiles.check(text, &all.held);
    }
});

struct Case {
    dialect: Dialect,
    encoding: Option<Encoding>,
    limits: Limits,
    tiles: Tiles,
    piece: usize,
    chunk: usize,
}

impl Case {
    fn of(head: &[u8; 8]) -> Self {
        let [
            delimiter,
            quotes,
            comment,
            header,
            lines,
            encoding,
            cut,
            cap,
        ] = *head;
        let one = |of: &[u8], at: u8| of[at as usize % of.len()];
        let quote = [Some(b'"'), Some(b'\''), None][quotes as usize % 3];
        let escape = quote.filter(|_| quotes >= 128).map(|_| b'\\');
        let comment = Some(b'#').filter(|_| comment % 2 == 1);
        let (skip, footer) = ((lines % 4) as u64, (lines / 4 % 4) as u64);
        let header = match header % 4 {
            0 => Header::Named,
            1 => Header::Tall(2),
            _ => Header::Absent,
        };
        let csv = Dialect::csv().delimiter(one(b",;\t|:\x1f", delimiter));
        let csv = csv
            .quote(quote)
            .escape(escape)
            .comment(comment)
            .header(header);
        let cap = if cap == 0 { 1 << 16 } else { cap as usize };
        Case {
            dialect: csv.skip_lines(skip).footer_lines(footer),
            encoding: [
                Some(Encoding::Utf8),
                None,
                Some(Encoding::Utf16Le),
                Some(Encoding::Utf16Be),
                Some(Encoding::Windows1252),
                Some(Encoding::Latin1),
            ][encoding as usize % 6],
            limits: Limits::default()
                .record(cap)
                .field(cap / 2)
                .unpacked(1 << 20),
            tiles: Tiles {
                comment,
                preamble: skip as usize,
                header: usize::from(header != Header::Absent),
                footer: footer as usize,
            },
            piece: cut as usize % 16 + 1,
            chunk: cut as usize / 16 + 1,
        }
    }

    /// Whether the bytes are the text: neither packed nor in another encoding.
    fn is_plain(&self, text: &[u8]) -> bool {
        let packed: [&[u8]; 4] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ"];
        let marked = text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff");
        let is_utf8 = match self.encoding {
            Some(encoding) => encoding == Encoding::Utf8,
            None => !marked,
        };
        is_utf8 && !packed.iter().any(|magic| text.starts_with(magic))
    }
}
