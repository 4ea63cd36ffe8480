//! A3, A4: texts in other encodings, declared and undeclared.

use encoding_rs::WINDOWS_1252;
use ml_core::{Feed, Kind, LoadId, Result};

use crate::laws::{Rows, Whole, feed, run, whole};
use crate::{Encoding, Limits};

const TEXT: &str = "id,note\n1,größe\n2,\"a\né\"\n";

pub(crate) fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn read(bytes: Vec<u8>, encoding: Option<Encoding>, limits: Limits) -> Result<Whole> {
    let mut feed = feed(bytes).limits(limits);
    if let Some(encoding) = encoding {
        feed = feed.encoding(encoding);
    }
    run(async {
        Feed::<Rows>::open(&mut feed).await?;
        let mut chunks = Vec::new();
        while let Some(chunk) = feed.next(LoadId(1)).await? {
            chunks.push(chunk);
        }
        whole(chunks)
    })
}

fn same_in(bytes: Vec<u8>, encoding: Option<Encoding>) {
    let expected = crate::laws::read(TEXT.as_bytes());
    assert_eq!(expected.rows.len(), 2);
    let read = read(bytes, encoding, Limits::default()).unwrap();
    assert_eq!(read, expected);
}

#[test]
fn a_declared_or_marked_encoding_changes_no_value_and_no_position() {
    let (le, be) = (u16::to_le_bytes, u16::to_be_bytes);
    let marked = format!("\u{feff}{TEXT}");
    let western = WINDOWS_1252.encode(TEXT).0.into_owned();
    same_in(utf16(TEXT, le), Some(Encoding::Utf16Le));
    same_in(utf16(TEXT, be), Some(Encoding::Utf16Be));
    same_in(utf16(&marked, le), Some(Encoding::Utf16Le));
    same_in(utf16(&marked, le), None);
    same_in(utf16(&marked, be), None);
    same_in(western.clone(), Some(Encoding::Windows1252));
    same_in(western, Some(Encoding::Latin1));
    same_in(TEXT.into(), Some(Encoding::Utf8));
}

#[test]
fn nothing_is_made_of_an_undeclared_encoding() {
    for suspect in [utf16(TEXT, u16::to_le_bytes), utf16(TEXT, u16::to_be_bytes)] {
        let error = read(suspect, None, Limits::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Source);
        assert!(error.to_string().contains("encoding.suspect"), "{error}");
    }
    let error = read(b"gr\xf6sse,id\nx,1\n".to_vec(), None, Limits::default()).unwrap_err();
    assert!(error.to_string().contains("encoding.suspect"), "{error}");
    let (western, _, _) = WINDOWS_1252.encode(TEXT);
    let whole = read(western.into_owned(), None, Limits::default()).unwrap();
    let rules: Vec<_> = whole
        .held
        .iter()
        .map(|held| held.violations[0].rule.as_str())
        .collect();
    assert_eq!((whole.rows.len(), rules), (0, vec!["byte.utf8"; 2]));
}

#[test]
fn a_wrongly_declared_encoding_has_no_header() {
    let error = read(TEXT.into(), Some(Encoding::Utf16Le), Limits::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    let other = utf16(&format!("\u{feff}{TEXT}"), u16::to_be_bytes);
    assert!(read(other, Some(Encoding::Utf16Le), Limits::default()).is_err());
}

/// A2: half a surrogate pair costs its record.
#[test]
fn a_sequence_without_a_meaning_is_held_back() {
    let mut bytes = utf16("id,note\n1,a", u16::to_le_bytes);
    bytes.extend([0x00, 0xd8]);
    bytes.extend(utf16("\n2,b\n", u16::to_le_bytes));
    let whole = read(bytes, Some(Encoding::Utf16Le), Limits::default()).unwrap();
    assert_eq!(whole.rows.len(), 1);
    assert_eq!(whole.held[0].violations[0].rule, "byte.utf8");
    assert!(whole.held[0].violations[0].found.ends_with("at byte 11"));
}
