//! I1, I3, B2: sources made to be large where a reader is weak. Each is read by a process of its own, whose peak of
//! memory is that of the case.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use std::env;
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll};

use ml_bronze::{CsvFile, Form, Limits, Ndjson, SourceFile};
use ml_core::{Feed, Judged, LoadId, Located, Record, Scorecard};
use ml_quality::{ColumnRules, RuleSet};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.items")]
struct Item {
    #[column(critical)]
    id: i64,
    #[column(optional)]
    note: Option<String>,
}

/// Which case the child is to read.
const CASE: &str = "ML_LIMITS_CASE";

/// A piece of text, so many times.
struct Repeated {
    piece: &'static [u8],
    left: usize,
    at: usize,
}

impl AsyncRead for Repeated {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let repeated = self.get_mut();
        while repeated.left > 0 && out.remaining() > 0 {
            let rest = &repeated.piece[repeated.at..];
            let given = rest.len().min(out.remaining());
            out.put_slice(&rest[..given]);
            repeated.at += given;
            if repeated.at == repeated.piece.len() {
                (repeated.at, repeated.left) = (0, repeated.left - 1);
            }
        }
        Poll::Ready(Ok(()))
    }
}

const COMMAS: &[u8] = &[b','; 1_000];
const ZEROS: &[u8] = &[0; 1_000];

fn repeated(piece: &'static [u8], times: usize) -> Repeated {
    Repeated {
        piece,
        left: times,
        at: 0,
    }
}

fn text(text: &'static [u8]) -> &'static [u8] {
    text
}

type Bytes = Box<dyn AsyncRead + Send + Unpin>;

/// A form, limits and what is read under them.
fn case(name: &str) -> (Form, Limits, Bytes) {
    let (csv, usual) = (Form::default(), Limits::default());
    let header = text(b"id,note\n");
    match name {
        "plain" => (
            csv,
            usual,
            Box::new(header.chain(repeated(b"1,a\n", 1_000))),
        ),
        // 200 MB of commas in one line
        "commas" => {
            let bytes = header
                .chain(repeated(COMMAS, 200_000))
                .chain(text(b"\n2,b\n"));
            (csv, usual, Box::new(bytes))
        }
        // a million fields, which are no more bytes than a record may have
        "fields" => {
            let bytes = header
                .chain(repeated(COMMAS, 1_000))
                .chain(text(b"\n2,b\n"));
            (csv, usual, Box::new(bytes))
        }
        // 100 MB behind a quote that is never closed, in one line
        "open" => {
            let bytes = text(b"id,note\n1,\"")
                .chain(repeated(b"abcdefghij", 10_000_000))
                .chain(text(b"\n2,b\n"));
            (csv, usual, Box::new(bytes))
        }
        // and in a hundred thousand of them, under a cap of 64 KiB
        "lines" => {
            let bytes = text(b"id,note\n1,\"open\n").chain(repeated(b"2,abcdefgh\n", 100_000));
            (csv, usual.record(64 << 10), Box::new(bytes))
        }
        // an object as deep as it is long
        "nested" => {
            let bytes = text(b"{\"id\":1,\"note\":")
                .chain(repeated(b"[", 1_000_000))
                .chain(text(b"\n{\"id\":2}\n"));
            (Ndjson::lines().into(), usual, Box::new(bytes))
        }
        _ => {
            // 400 MB out of 13 kB
            let bytes = tokio::io::BufReader::new(header.chain(repeated(ZEROS, 400_000)));
            let packed = async_compression::tokio::bufread::ZstdEncoder::new(bytes);
            (csv, usual, Box::new(packed))
        }
    }
}

/// Not a test of its own: what a copy of this program does.
#[tokio::test]
async fn child() {
    let Ok(name) = env::var(CASE) else { return };
    let (form, limits, bytes) = case(&name);
    let rules = RuleSet::<Item>::new().quarantine(Item::ID.at_least(1));
    let feed = SourceFile::<Item>::new("large", rules.build().unwrap()).form(form);
    let mut feed = feed
        .encoding(ml_bronze::Encoding::Utf8)
        .limits(limits)
        .reading(bytes);
    let mut card = Scorecard::default();
    let end = async {
        Feed::<Vec<Located<Item>>>::open(&mut feed).await?;
        while let Some(chunk) = feed.next(LoadId(1)).await? {
            let chunk: Judged<Vec<Located<Item>>> = chunk;
            card += &chunk.card;
        }
        ml_core::Result::Ok(())
    };
    let refused = end
        .await
        .err()
        .map_or(String::from("none"), |error: ml_core::Error| error.chain());
    let rules = card.rules.iter().filter(|(_, rule)| rule.violations > 0);
    let rules: Vec<_> = rules
        .map(|(name, rule)| format!("{name} {}", rule.violations))
        .collect();
    println!(
        "\npeak={}\ncounts={} {}\nrules={}\nrefused={refused}",
        peak(),
        card.read,
        card.accepted,
        rules.join(", ")
    );
}

/// The most memory this process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What a child says of a case, line by line.
fn read(name: &str) -> BTreeMap<String, String> {
    let mut child = Command::new(env::current_exe().unwrap());
    let child = child
        .args(["--exact", "child", "--nocapture"])
        .env(CASE, name);
    let output = child.output().unwrap();
    assert!(output.status.success(), "{name}: {output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let pairs = said.lines().filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn mib(said: &BTreeMap<String, String>) -> u64 {
    said["peak"].parse::<u64>().unwrap() >> 10
}

/// Read, accepted and the rules that were violated, within so many MiB above what a small file takes.
fn holds(name: &str, counts: &str, rules: &str, most: u64) {
    let (plain, said) = (mib(&read("plain")), read(name));
    println!("{name}: {} MiB above {plain} MiB", mib(&said) - plain);
    assert_eq!(
        (
            said["counts"].as_str(),
            said["rules"].as_str(),
            said["refused"].as_str()
        ),
        (counts, rules, "none")
    );
    assert!(
        mib(&said) <= plain + most,
        "{name} took {} MiB, a small file {plain} MiB",
        mib(&said)
    );
}

#[test]
fn a_line_of_200_mb_costs_its_record() {
    holds("commas", "2 1", "csv.size 1", 24);
}

#[test]
fn a_million_fields_are_a_wrong_number_of_fields() {
    holds("fields", "2 1", "csv.width 1", 16);
}

#[test]
fn a_quote_that_stays_open_costs_its_line() {
    holds("open", "2 1", "csv.quote 1", 24);
    holds("lines", "100001 100000", "csv.quote 1", 4);
}

#[test]
fn an_object_a_million_deep_is_no_object() {
    holds("nested", "2 1", "json.syntax 1", 8);
}

#[test]
fn a_bomb_is_stopped_after_64_mib() {
    let (plain, said) = (mib(&read("plain")), read("bomb"));
    let refused = &said["refused"];
    assert!(refused.contains("decode.bomb"), "{refused}");
    let mut words = refused.split_whitespace();
    let out: u64 = words
        .find_map(|word| word.parse().ok().filter(|bytes| *bytes > 1 << 20))
        .unwrap();
    assert!((64 << 20..65 << 20).contains(&out), "{out} bytes came out");
    assert!(mib(&said) <= plain + 64, "{} MiB", mib(&said));
}

/// The caps are what they say, to the byte.
#[tokio::test]
async fn a_byte_beyond_a_cap_is_too_much() {
    let card = async |note: usize| {
        let bytes = format!("id,note\n1,{}\n2,b\n", "x".repeat(note));
        let rules = RuleSet::<Item>::new().quarantine(Item::ID.at_least(1));
        let mut feed =
            CsvFile::new("caps", rules.build().unwrap()).reading(std::io::Cursor::new(bytes));
        feed = feed.limits(Limits::default().field(32 << 20));
        Feed::<Vec<Located<Item>>>::open(&mut feed).await.unwrap();
        let chunk: Option<Judged<Vec<Located<Item>>>> = feed.next(LoadId(1)).await.unwrap();
        let mut held = chunk.unwrap().held;
        held.pop()
            .map(|held| (held.violations[0].rule.clone(), held.raw_len))
    };
    let cap = 16 << 20;
    assert_eq!(card(cap - 2).await, None);
    let too_much = (String::from("csv.size"), cap as u64 + 1);
    assert_eq!(card(cap - 1).await, Some(too_much));
}

/// B2: one unterminated quote in 100,000 records, wherever it stands, and one in every thousandth.
#[tokio::test]
async fn a_quote_costs_one_record_in_a_hundred_thousand() {
    for stray in [
        |id| id == 0,
        |id| id == 54_321,
        |id| id == 99_999,
        |id| id % 1_000 == 7_u32,
    ] {
        let line = |id: u32| match stray(id) {
            true => format!("{id},\"open\n"),
            false => format!("{id},\"a, b\"\n"),
        };
        let text: String = (0..100_000).map(line).collect();
        let rules = RuleSet::<Item>::new().quarantine(Item::ID.at_least(0));
        let text = std::io::Cursor::new(format!("id,note\n{text}"));
        let mut feed = CsvFile::new("quotes", rules.build().unwrap()).reading(text);
        Feed::<Vec<Located<Item>>>::open(&mut feed).await.unwrap();
        let (mut read, mut held) = (0, Vec::new());
        while let Some(chunk) = feed.next(LoadId(1)).await.unwrap() {
            let chunk: Judged<Vec<Located<Item>>> = chunk;
            read += chunk.card.read;
            held.extend(
                chunk
                    .held
                    .into_iter()
                    .map(|held| (held.at.line.unwrap(), held.violations[0].rule.clone())),
            );
        }
        let expected = (0..100_000)
            .filter(|id| stray(*id))
            .map(|id| (u64::from(id) + 2, String::from("csv.quote")));
        assert_eq!((read, held), (100_000, expected.collect()));
    }
}
