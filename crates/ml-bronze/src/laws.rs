//! What holds for every file, whatever its bytes and however they are cut.

use std::io::Cursor;

use ml_core::{Error, Feed, Held, Judged, LoadId, Located, Pii, Record, Result, Scorecard};
use ml_quality::{ColumnRules, Judge, RuleSet, TextRules};
use proptest::prelude::*;

use crate::{Dialect, Encoding, Form, Limits, SourceFile};

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.items", grain = "id")]
pub(crate) struct Item {
    #[column(critical)]
    pub(crate) id: i64,
    #[column(optional)]
    pub(crate) note: Option<String>,
    #[column(pii, optional)]
    pub(crate) email: Option<Pii<String>>,
}

/// All that came of a file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Whole {
    pub(crate) rows: Vec<Located<Item>>,
    pub(crate) held: Vec<Held>,
    pub(crate) card: Scorecard,
}

pub(crate) fn judge() -> Judge<Item> {
    let rules = RuleSet::<Item>::new().quarantine(Item::ID.at_least(0));
    rules.quarantine(Item::NOTE.length(0, 9)).build().unwrap()
}

pub(crate) fn tiny(block: usize) -> Limits {
    Limits {
        block,
        buffer: block,
        ..Limits::default()
    }
}

/// What an item becomes on its way through the reader.
pub(crate) type Chunk = Judged<Rows>;
pub(crate) type Rows = Vec<Located<Item>>;

/// A feed over bytes in memory.
pub(crate) fn feed(bytes: Vec<u8>) -> SourceFile<Item> {
    SourceFile::new("test.csv", judge()).reading(Cursor::new(bytes))
}

/// Chunks of so many records of `bytes` in a form, read by the given limits.
pub(crate) async fn pull(
    bytes: &[u8],
    form: impl Into<Form>,
    limits: Limits,
    chunk: usize,
) -> Result<Vec<Chunk>> {
    // declared, so that NULs are a matter of records and not of the whole text
    let feed = feed(bytes.to_vec())
        .form(form.into())
        .encoding(Encoding::Utf8);
    let mut feed = feed.limits(limits).chunk(chunk);
    assert_eq!(Feed::<Rows>::open(&mut feed).await?.sha256, None);
    let mut chunks = Vec::new();
    while let Some(chunk) = feed.next(LoadId(1)).await? {
        chunks.push(chunk);
    }
    Ok(chunks)
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.build().unwrap().block_on(future)
}

pub(crate) fn chunks_of(bytes: &[u8], limits: Limits, chunk: usize) -> Result<Vec<Chunk>> {
    run(pull(bytes, Dialect::csv(), limits, chunk))
}

pub(crate) fn read_by(bytes: &[u8], limits: Limits, chunk: usize) -> Result<Whole> {
    whole(chunks_of(bytes, limits, chunk)?)
}

/// All of a text in a form.
pub(crate) fn read_as(bytes: &[u8], form: impl Into<Form>, limits: Limits) -> Result<Whole> {
    whole(run(pull(bytes, form, limits, 10_000))?)
}

pub(crate) fn whole(chunks: Vec<Chunk>) -> Result<Whole> {
    let mut whole = Whole::default();
    for chunk in chunks {
        assert!(chunk.card.is_conserved());
        whole.rows.extend(chunk.rows);
        whole.held.extend(chunk.held);
        whole.card += &chunk.card;
    }
    Ok(whole)
}

pub(crate) fn read(bytes: &[u8]) -> Whole {
    read_by(bytes, Limits::default(), 10_000).unwrap()
}

pub(crate) fn refusal(bytes: &[u8]) -> Error {
    read_by(bytes, Limits::default(), 10_000).unwrap_err()
}

/// The line of a byte, counted the slow way.
fn line_of(bytes: &[u8], at: usize) -> u64 {
    let text = String::from_utf8_lossy(&bytes[..at]).replace("\r\n", "\n");
    1 + text.matches(['\r', '\n']).count() as u64
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

/// A valid file, written by rule: its bytes, and the id, the note and the first byte of every record.
fn valid_file() -> impl Strategy<Value = (Vec<u8>, Vec<(i64, String, usize)>)> {
    let note = "[a-z ,\"\r\nü]{0,9}";
    let end = prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r\n"]);
    let record = (0..1_000_i64, note, any::<bool>(), end);
    (
        prop::collection::vec(record, 0..12),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(records, mark, last_end)| {
            let mut bytes = Vec::new();
            bytes.extend(
                if mark {
                    "\u{feff}note,id\r\n"
                } else {
                    "note,id\r\n"
                }
                .as_bytes(),
            );
            let mut written = Vec::new();
            let last = records.len();
            for (number, (id, note, always, end)) in records.into_iter().enumerate() {
                let at = bytes.len();
                let bare = !always && !note.contains(['"', ',', '\r', '\n']);
                let field = if bare { note.clone() } else { quoted(&note) };
                bytes.extend(format!("{field},{id}").bytes());
                if number + 1 < last || last_end {
                    bytes.extend(end.bytes());
                }
                written.push((id, note, at));
            }
            (bytes, written)
        })
}

/// Bytes that hurt: whatever a reader treats specially, more often than not.
pub(crate) fn nasty_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"\""[..],
        b"\"",
        b"\"\"",
        b",",
        b",",
        b"\n",
        b"\r\n",
        b"\r",
        b"a",
        b"7",
        b"7",
        b"-1",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\\.",
        b" ",
        b";",
        b"'",
        b"\\",
        b"#",
        b"canary",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// P3, P4, B8, B11: what was written is read back, at its line and byte, however the file is cut into reads.
    #[test]
    fn valid_files_are_read_as_written((bytes, written) in valid_file(), block in 1..40_usize) {
        let whole = read_by(&bytes, tiny(block), 10_000).unwrap();
        prop_assert_eq!(&whole.held, &Vec::new());
        prop_assert_eq!(whole.rows.len(), written.len());
        for (number, (row, (id, note, at))) in whole.rows.iter().zip(&written).enumerate() {
            prop_assert_eq!(row.record.id, *id);
            prop_assert_eq!(row.record.note.as_deref().unwrap_or_default(), note);
            prop_assert_eq!(row.at.record, number as u64 + 1);
            prop_assert_eq!(row.at.byte, Some(*at as u64));
            prop_assert_eq!(row.at.line, Some(line_of(&bytes, *at)));
        }
    }

    /// P1, P3, P8: any bytes are read without a panic, every record is accounted for, and what is held back is
    /// exactly what stands at its place in the file.
    #[test]
    fn every_byte_is_accounted_for(body in nasty_bytes(), block in 1..40_usize, cap in 8..40_usize) {
        let bytes = [b"id,note\n".as_slice(), &body].concat();
        let limits = Limits { record: cap, field: 7, raw: 5, ..Limits::default() };
        let whole = read_by(&bytes, limits, 10_000).unwrap();
        prop_assert!(whole.card.is_conserved());
        prop_assert_eq!(whole.card.quarantined, whole.held.len() as u64);
        prop_assert_eq!(whole.card.accepted, whole.rows.len() as u64);
        let mut behind = 0;
        for held in &whole.held {
            let byte = held.at.byte.unwrap();
            prop_assert!(byte >= behind);
            behind = byte + held.raw_len;
            let in_file = &bytes[byte as usize..behind as usize];
            prop_assert_eq!(&held.raw, &in_file[..in_file.len().min(5)]);
            prop_assert_eq!(held.at.line, Some(line_of(&bytes, byte as usize)));
            prop_assert!(!held.violations.is_empty());
        }
        let cut = Limits { block, buffer: block, ..limits };
        prop_assert_eq!(read_by(&bytes, cut, 10_000).unwrap(), whole);
    }

    /// Law: batch size.
    #[test]
    fn chunks_change_nothing(body in nasty_bytes(), chunk in prop::sample::select(vec![1, 2, 3, 7]), bytes in 1..50_u64) {
        let file = [b"id,note\n".as_slice(), &body].concat();
        let whole = read(&file);
        prop_assert_eq!(&read_by(&file, Limits::default(), chunk).unwrap(), &whole);
        let limits = Limits { chunk: bytes, ..Limits::default() };
        prop_assert_eq!(read_by(&file, limits, 10_000).unwrap(), whole);
    }

    /// B2, B3: a stray quote costs its own line and no other.
    #[test]
    fn a_stray_quote_costs_one_line(lines in 1..30_usize, at in any::<prop::sample::Index>(),
        stray in prop::sample::select(vec!["\"open", "mi\"d", "\"closed\"x", "x\"", "\"a\" "]), quotes in any::<bool>())
    {
        let at = at.index(lines);
        let mut file = String::from("id,note\n");
        for line in 0..lines {
            let note = if line == at { stray } else if quotes { "\"a,\"\"b\"" } else { "plain" };
            file += &format!("{line},{note}\n");
        }
        let whole = read(file.as_bytes());
        prop_assert_eq!(whole.rows.len(), lines - 1);
        prop_assert_eq!(whole.held[0].at.line, Some(at as u64 + 2));
        prop_assert_eq!(&whole.held[0].violations[0].rule, "csv.quote");
        let raw = format!("{at},{stray}");
        prop_assert_eq!(&whole.held[0].raw, raw.as_bytes());
    }
}
