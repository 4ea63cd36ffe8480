//! The window against a cutter that is written plainly and sees the whole file at once.

use proptest::prelude::*;

use crate::Limits;
use crate::frame::{Broken, Frame};
use crate::laws::{nasty_bytes, run};
use crate::quoting::Marks;
use crate::window::Window;

fn is_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

const CSV: Marks = Marks {
    quote: Some(b'"'),
    ..Marks::LINES
};

/// Quotes of either kind or none, escapes, comments and preambles.
fn any_marks() -> impl Strategy<Value = Marks> {
    let delimiter = prop::sample::select(vec![b',', b';']);
    let quote = prop::sample::select(vec![Some(b'"'), Some(b'\''), None]);
    let comment = prop::sample::select(vec![None, Some(b'#')]);
    (delimiter, quote, any::<bool>(), comment, 0..3_u64).prop_map(
        |(delimiter, quote, escapes, comment, preamble)| Marks {
            delimiter,
            quote,
            escape: quote.filter(|_| escapes).map(|_| b'\\'),
            comment,
            preamble,
            footer: 0,
        },
    )
}

/// Where the preamble ends.
fn behind_preamble(bytes: &[u8], marks: &Marks) -> usize {
    let mut at = 0;
    for _ in 0..marks.preamble {
        let Some(end) = bytes[at..].iter().position(|&byte| is_end(byte)) else {
            return bytes.len();
        };
        at += end + 1;
        at += usize::from(bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n'));
    }
    at
}

/// Offset, length and soundness of every record, by the definition.
fn cut_plainly(bytes: &[u8], marks: &Marks, cap: usize) -> Vec<(usize, usize, bool)> {
    let mut cut = Vec::new();
    let mut at = behind_preamble(bytes, marks);
    while at < bytes.len() {
        if is_end(bytes[at]) {
            at += 1;
            continue;
        }
        let rest = &bytes[at..];
        if cut.is_empty() && rest.starts_with(b"\xef\xbb\xbf") {
            at += 3;
            continue;
        }
        let line = rest
            .iter()
            .position(|&byte| is_end(byte))
            .unwrap_or(rest.len());
        if Some(rest[0]) == marks.comment {
            at += line;
            continue;
        }
        let record = sound_record(rest, marks).filter(|length| *length <= cap);
        cut.push((at, record.unwrap_or(line), record.is_some()));
        at += record.unwrap_or(line);
    }
    cut
}

/// The length of the record at the start of `rest`, if the dialect has one there.
fn sound_record(rest: &[u8], marks: &Marks) -> Option<usize> {
    // where files were concatenated, the mark of the second stands before its first field
    let mut at = if rest.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let is_quote = |byte: u8| Some(byte) == marks.quote;
    loop {
        if rest.get(at).is_some_and(|byte| is_quote(*byte)) {
            at += 1;
            loop {
                match (*rest.get(at)?, rest.get(at + 1)) {
                    (byte, Some(_)) if Some(byte) == marks.escape => at += 2,
                    (byte, next) if is_quote(byte) => match next {
                        Some(next) if is_quote(*next) => at += 2,
                        _ => break,
                    },
                    _ => at += 1,
                }
            }
            at += 1;
        } else {
            let in_field =
                |byte: &u8| *byte != marks.delimiter && !is_quote(*byte) && !is_end(*byte);
            while rest.get(at).is_some_and(in_field) {
                at += 1;
            }
        }
        match rest.get(at) {
            None | Some(b'\r' | b'\n') => return Some(at),
            Some(byte) if *byte == marks.delimiter => at += 1,
            Some(_) => return None,
        }
    }
}

fn frames(bytes: &[u8], marks: Marks, limits: Limits) -> (Vec<Frame>, usize) {
    run(async {
        let (mut window, mut frames, mut most) = (Window::new(bytes, marks, limits), Vec::new(), 0);
        while let Some(frame) = window.advance().await.unwrap() {
            let kept = window.raw().len();
            assert_eq!(window.raw(), &bytes[frame.byte as usize..][..kept]);
            assert!(kept >= limits.raw.min(frame.len as usize));
            most = most.max(window.held());
            frames.push(frame);
        }
        (frames, most)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]

    /// P2, P3: whatever the bytes, the dialect and the cuts, the records are those of the definition and tile the file.
    #[test]
    fn records_are_those_of_the_definition(bytes in nasty_bytes(), marks in any_marks(), block in 1..50_usize, cap in 1..50_usize) {
        let limits = Limits { record: cap, raw: cap.min(4), block, ..Limits::default() };
        let (frames, most) = frames(&bytes, marks, limits);
        let cut: Vec<_> = frames.iter().map(|f| (f.byte as usize, f.len as usize, f.broken.is_none())).collect();
        prop_assert_eq!(&cut, &cut_plainly(&bytes, &marks, cap));
        prop_assert!(most <= cap.max(3) + block, "{} bytes held", most);
    }

    /// P3: as far as nothing is broken, csv-async by itself reads the same records.
    #[test]
    fn sound_files_are_those_of_csv_async(bytes in nasty_bytes()) {
        let mut bytes = [b"header
".as_slice(), &bytes].concat();
        let (frames, _) = frames(&bytes, CSV, Limits::default());
        let has_mark = |frame: &&Frame| bytes[frame.byte as usize..].starts_with(b"\xef\xbb\xbf");
        let broken = frames.iter().find(|frame| frame.broken.is_some() || has_mark(frame));
        bytes.truncate(broken.map_or(bytes.len(), |frame| frame.byte as usize));
        let mut builder = csv_async::AsyncReaderBuilder::new();
        builder.has_headers(false).flexible(true);
        run(async {
            let mut theirs = builder.create_reader(bytes.as_slice());
            let mut ours = builder.create_reader(Window::new(bytes.as_slice(), CSV, Limits::default()));
            let (mut one, mut other) = (csv_async::ByteRecord::new(), csv_async::ByteRecord::new());
            while ours.get_mut().advance().await.unwrap().is_some() {
                assert!(ours.read_byte_record(&mut one).await.unwrap());
                assert!(theirs.read_byte_record(&mut other).await.unwrap());
                assert_eq!(one.iter().collect::<Vec<_>>(), other.iter().collect::<Vec<_>>());
            }
            assert!(!theirs.read_byte_record(&mut other).await.unwrap());
        });
    }
}

#[test]
fn a_quote_that_is_never_closed_is_no_memory_bomb() {
    let limits = Limits {
        record: 1 << 16,
        raw: 1 << 10,
        block: 1 << 12,
        ..Limits::default()
    };
    let line = b"1,\"a\n".to_vec();
    let file = [line, b"2,b\n".repeat(1 << 18), vec![b'x'; 1 << 20]].concat();
    let (frames, most) = frames(&file, CSV, limits);
    let broken: Vec<_> = frames
        .iter()
        .filter(|frame| frame.broken.is_some())
        .collect();
    assert_eq!(frames.len(), (1 << 18) + 2);
    assert_eq!((broken[0].line, broken[1].broken), (1, Some(Broken::Size)));
    assert_eq!((broken.len(), broken[1].len), (2, 1 << 20));
    assert!(most <= (1 << 16) + (1 << 12), "{most} bytes held");
}
