//! The window against a cutter that is written plainly and sees the whole file at once.

use proptest::prelude::*;

use crate::frame::{Broken, Frame};
use crate::laws::{nasty_bytes, run};
use crate::limits::Limits;
use crate::window::Window;

fn is_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

/// Offset, length and soundness of every record, by the definition.
fn cut_plainly(bytes: &[u8], cap: usize) -> Vec<(usize, usize, bool)> {
    let mut cut = Vec::new();
    let mut at = 0;
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
        let record = sound_record(rest).filter(|length| *length <= cap);
        cut.push((at, record.unwrap_or(line), record.is_some()));
        at += record.unwrap_or(line);
    }
    cut
}

/// The length of the record at the start of `rest`, if RFC 4180 has one there.
fn sound_record(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        if rest.get(at) == Some(&b'"') {
            at += 1;
            loop {
                match (rest.get(at)?, rest.get(at + 1)) {
                    (b'"', Some(b'"')) => at += 2,
                    (b'"', _) => break,
                    _ => at += 1,
                }
            }
            at += 1;
        } else {
            while rest
                .get(at)
                .is_some_and(|&byte| byte != b',' && byte != b'"' && !is_end(byte))
            {
                at += 1;
            }
        }
        match rest.get(at) {
            None | Some(b'\r' | b'\n') => return Some(at),
            Some(b',') => at += 1,
            Some(_) => return None,
        }
    }
}

fn frames(bytes: &[u8], limits: Limits) -> (Vec<Frame>, usize) {
    run(async {
        let (mut window, mut frames, mut most) = (Window::new(bytes, limits), Vec::new(), 0);
        while let Some(frame) = window.advance().await.unwrap() {
            let kept = window.raw().len();
            assert_eq!(window.raw(), &bytes[frame.byte as usize..][..kept]);
            assert!(kept >= limits.raw.min(frame.len as usize));
            most = most.max(window.held());
            frames.push(frame);
        }
        assert_eq!(window.fingerprint(), ml_core::Fingerprint::of(bytes));
        (frames, most)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_048))]

    /// P2, P3: whatever the bytes and the cuts, the records are those of the definition and tile the file.
    #[test]
    fn records_are_those_of_the_definition(bytes in nasty_bytes(), block in 1..50_usize, cap in 1..50_usize) {
        let limits = Limits { record: cap, raw: cap.min(4), block, ..Limits::default() };
        let (frames, most) = frames(&bytes, limits);
        let cut: Vec<_> = frames.iter().map(|f| (f.byte as usize, f.len as usize, f.broken.is_none())).collect();
        prop_assert_eq!(&cut, &cut_plainly(&bytes, cap));
        prop_assert!(most <= cap.max(3) + block, "{} bytes held", most);
    }

    /// P3: as far as nothing is broken, csv-async by itself reads the same records.
    #[test]
    fn sound_files_are_those_of_csv_async(bytes in nasty_bytes()) {
        let mut bytes = [b"header
".as_slice(), &bytes].concat();
        let (frames, _) = frames(&bytes, Limits::default());
        let broken = frames.iter().find(|frame| frame.broken.is_some());
        bytes.truncate(broken.map_or(bytes.len(), |frame| frame.byte as usize));
        let mut builder = csv_async::AsyncReaderBuilder::new();
        builder.has_headers(false).flexible(true);
        run(async {
            let mut theirs = builder.create_reader(bytes.as_slice());
            let mut ours = builder.create_reader(Window::new(bytes.as_slice(), Limits::default()));
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
    let (frames, most) = frames(&file, limits);
    let broken: Vec<_> = frames
        .iter()
        .filter(|frame| frame.broken.is_some())
        .collect();
    assert_eq!(frames.len(), (1 << 18) + 2);
    assert_eq!((broken[0].line, broken[1].broken), (1, Some(Broken::Size)));
    assert_eq!((broken.len(), broken[1].len), (2, 1 << 20));
    assert!(most <= (1 << 16) + (1 << 12), "{most} bytes held");
}
