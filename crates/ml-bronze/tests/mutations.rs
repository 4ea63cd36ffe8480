//! A7: files with bytes flipped, put in, taken out, moved and cut off are read to the end or refused, nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Cursor;
use std::time::{Duration, Instant};

use ml_bronze::{Dialect, Encoding, Form, Limits, Ndjson, SourceFile};
use ml_core::{Feed, Judged, Kind, LoadId, Located, Pii, Record};
use ml_quality::{ColumnRules, Judge, RuleSet};
use tokio::runtime::{Builder, Runtime};

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.items")]
struct Item {
    #[column(critical)]
    id: i64,
    #[column(optional, null = "NA", null = "")]
    note: Option<String>,
    #[column(optional, decimal = ",", thousands = ".")]
    price: Option<rust_decimal::Decimal>,
    #[column(optional)]
    at: Option<chrono::NaiveDateTime>,
    #[column(optional)]
    email: Option<Pii<String>>,
}

const CSV: &str = "\u{feff}id,note,price,at,email\r\n1,\"a, \"\"b\"\"\",\"1.234,50\",2024-02-29 12:00:00,a@example.com\n\
    2,\"two\r\nlines\",7,NA,\n\n3,\u{1f600},,2024-01-01T00:00:00.5,\nx,NA,\"1,2\",,\r4,\"\",,,";
const LINES: &str = "{\"id\":1,\"note\":\"a\\n\\u00e9\",\"price\":\"1.234,5\"}\n{\"note\":null,\"id\":\"2\",\"x\":[1,{\"y\":2}]}\r\n\
    {\"id\":3,\"at\":\"2024-02-29 12:00:00\"}\n[4]\n{\"id\":5,\"email\":\"a@example.com\"}";

/// A text, how it is written, and how its bytes are encoded where that is declared.
type Seed = (Vec<u8>, Form, Option<Encoding>);

fn seeds() -> Vec<Seed> {
    let escaped = "1;'a\\'b;\\\\';7;;\n# no record\n2;'c''d';;;\n3;;;;\nTotal;3\n";
    let dialect = Dialect::csv().delimiter(b';').quote(Some(b'\''));
    let dialect = dialect.escape(Some(b'\\')).comment(Some(b'#'));
    let absent = dialect.header(ml_bronze::Header::Absent).footer_lines(1);
    let utf16: Vec<u8> = CSV.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        (CSV.into(), Dialect::csv().into(), Some(Encoding::Utf8)),
        (CSV.into(), Dialect::csv().into(), None),
        (escaped.into(), absent.into(), Some(Encoding::Utf8)),
        (utf16.clone(), Dialect::csv().into(), None),
        (utf16, Dialect::csv().into(), Some(Encoding::Utf16Le)),
        (CSV.into(), Dialect::csv().into(), Some(Encoding::Latin1)),
        (LINES.into(), Ndjson::lines().into(), None),
        (packed(CSV.as_bytes()), Dialect::csv().into(), None),
    ]
}

fn packed(text: &[u8]) -> Vec<u8> {
    use tokio::io::AsyncReadExt;
    let mut packed = Vec::new();
    let mut encoder = async_compression::tokio::bufread::GzipEncoder::new(text);
    runtime()
        .block_on(encoder.read_to_end(&mut packed))
        .unwrap();
    packed
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same mutations on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }

    /// More often than not a byte that somebody takes for a sign.
    fn byte(&mut self) -> u8 {
        const SIGNS: &[u8] = b"\"\"'\\,;\r\n\n\0\xff\xef\xbb\xbf\xc0\xed#{}[]:79-.";
        match self.roll(3) {
            0 => self.roll(256) as u8,
            _ => SIGNS[self.roll(SIGNS.len())],
        }
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.roll(bytes.len());
        match self.roll(6) {
            _ if bytes.is_empty() => bytes.push(self.byte()),
            0 => bytes[at] ^= 1 << self.roll(8),
            1 => bytes[at] = self.byte(),
            2 => bytes.insert(at, self.byte()),
            3 => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => {
                let until = at + self.roll(bytes.len() - at + 1).min(40);
                let part = bytes[at..until].to_vec();
                let to = self.roll(bytes.len());
                bytes.splice(to..to, part);
            }
        }
    }
}

fn judge() -> Judge<Item> {
    let rules = RuleSet::<Item>::new().quarantine(Item::ID.at_least(0));
    rules.build().unwrap()
}

/// Reads a source to its end, or to its refusal; answers how many records it had.
async fn read(
    bytes: Vec<u8>,
    form: Form,
    encoding: Option<Encoding>,
    judge: Judge<Item>,
) -> Option<u64> {
    let limits = Limits::default().record(300).field(200).unpacked(1 << 20);
    let mut feed = SourceFile::new("mutant", judge).form(form).limits(limits);
    if let Some(encoding) = encoding {
        feed = feed.encoding(encoding);
    }
    let mut feed = feed.reading(Cursor::new(bytes)).chunk(3);
    let mut read = 0;
    let end = async {
        Feed::<Vec<Located<Item>>>::open(&mut feed).await?;
        while let Some(chunk) = feed.next(LoadId(1)).await? {
            let chunk: Judged<Vec<Located<Item>>> = chunk;
            assert!(chunk.card.is_conserved());
            assert_eq!(chunk.card.accepted, chunk.rows.len() as u64);
            assert_eq!(chunk.card.quarantined, chunk.held.len() as u64);
            assert!(
                chunk
                    .held
                    .iter()
                    .all(|held| held.raw.len() <= 300 && !held.violations.is_empty())
            );
            read += chunk.card.read;
        }
        Ok(())
    };
    let end: ml_core::Result<()> = end.await;
    match end {
        Ok(()) => Some(read),
        Err(error) => {
            assert!(
                matches!(error.kind(), Kind::Source | Kind::Contract),
                "{error:?}"
            );
            None
        }
    }
}

/// So many mutations, each of up to eight steps.
fn survives(mutations: usize) {
    let (seeds, judge, runtime) = (seeds(), judge(), runtime());
    let (mut dice, mut ended, mut records) = (Dice(7), 0, 0);
    for number in 0..mutations {
        let (mut bytes, form, encoding) = seeds[number % seeds.len()].clone();
        for _ in 0..=dice.roll(8) {
            dice.mutate(&mut bytes);
        }
        let start = Instant::now();
        let read = runtime.block_on(read(bytes, form, encoding, judge.clone()));
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "number {number} takes too long"
        );
        ended += usize::from(read.is_some());
        records += read.unwrap_or(0);
    }
    println!("{mutations} mutations: {ended} read to the end, {records} records");
    assert!(ended > mutations / 3 && records > mutations as u64);
}

#[test]
fn ten_thousand_mutations() {
    survives(10_000);
}

#[test]
#[ignore = "some minutes; run it with --release"]
fn a_million_mutations() {
    survives(1_000_000);
}
