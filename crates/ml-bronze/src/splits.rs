//! B8, P1: a file of 4 KiB cut in two at every byte is the same file, plain, in another dialect, encoded and packed.

use std::io::Cursor;

use tokio::io::AsyncReadExt;

use crate::codec::Codec;
use crate::content::Bytes;
use crate::csv_records::CsvRecords;
use crate::decoding::Decoding;
use crate::encodings::utf16;
use crate::frame::Frame;
use crate::laws::run;
use crate::received::Received;
use crate::splitter::Splitter as _;
use crate::{Dialect, Encoding, Limits};

/// A text with quotes, breaks in values, every line end, blank lines, a stray quote and characters of several bytes.
fn text(delimiter: char, quote: &str, bytes: usize) -> String {
    let mut text = String::new();
    for (number, end) in (0..).zip(["\n", "\r\n", "\r", "\n\n", "\r\r\n"].into_iter().cycle()) {
        let value = match number % 4 {
            0 => format!("\"a{delimiter} {quote}b{quote}\r\nü\""),
            1 => String::from("gr\u{20ac}\u{1f600}"),
            2 => String::from("\"\""),
            _ => String::from("x\"y"),
        };
        let line = format!("{number}{delimiter}{value}{end}");
        if text.len() + line.len() > bytes {
            return text;
        }
        text += &line;
    }
    text
}

/// Every record: its frame and its raw bytes.
fn records(text: Bytes, dialect: &Dialect) -> Vec<(Frame, Vec<u8>, Vec<u8>)> {
    let mut records = CsvRecords::new(text, dialect.clone(), Limits::default());
    let mut all = Vec::new();
    run(async {
        while let Some(frame) = records.window_mut().advance().await.unwrap() {
            if frame.broken.is_none() {
                records.split(&frame, 1).await.unwrap();
            }
            let raw = records.window().raw().to_vec();
            all.push((frame, raw, records.fields().bytes().to_vec()));
        }
    });
    all
}

/// Reads `bytes` whole and cut at every byte.
fn is_the_same_however_cut(bytes: &[u8], dialect: &Dialect, layer: impl Fn(Bytes) -> Bytes) {
    let whole = records(layer(Box::new(Cursor::new(bytes.to_vec()))), dialect);
    assert!(whole.len() > 20 && whole.iter().any(|(frame, ..)| frame.broken.is_some()));
    assert!(whole.iter().any(|(frame, ..)| frame.breaks > 0));
    for at in 0..=bytes.len() {
        let (one, other) = bytes.split_at(at);
        let cut = Cursor::new(one.to_vec()).chain(Cursor::new(other.to_vec()));
        assert!(
            records(layer(Box::new(cut)), dialect) == whole,
            "cut at {at}"
        );
    }
}

#[test]
fn a_plain_file() {
    let text = text(',', "\"\"", 4_096);
    is_the_same_however_cut(text.as_bytes(), &Dialect::csv(), |bytes| bytes);
}

#[test]
fn a_file_with_semicolons_and_escapes() {
    let dialect = Dialect::csv().delimiter(b';').escape(Some(b'\\'));
    let text = text(';', "\\\"", 4_096);
    is_the_same_however_cut(text.as_bytes(), &dialect, |bytes| bytes);
}

#[test]
fn a_file_in_utf_16() {
    let text = utf16(&text(',', "\"\"", 2_300), u16::to_le_bytes);
    let layer = |bytes| -> Bytes { Box::new(Decoding::new(bytes, Encoding::Utf16Le)) };
    is_the_same_however_cut(&text, &Dialect::csv(), layer);
}

#[test]
fn a_packed_file() {
    let text = text(',', "\"\"", 4_096);
    let layer = |bytes| Codec::Gzip.unpack(bytes, &Received::default(), &Limits::default());
    is_the_same_however_cut(&Codec::Gzip.pack(text.as_bytes()), &Dialect::csv(), layer);
}
