use std::fs;

use super::defect::{BRONZE, SILVER};
use super::fate::Fate;
use super::month::Month;
use super::sale::Cells;
use super::{DAYS, Planted, write};

type Read<T> = Option<(T, usize)>;

fn sample(name: &str, rows: u64) -> (Planted, Vec<Vec<u8>>) {
    let folder = std::env::temp_dir().join(format!("retail-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let planted = write(&folder, rows).unwrap();
    let path = |day| folder.join(format!("2024-03-{day:02}.csv"));
    let files = (1..=DAYS).map(|day| fs::read(path(day)).unwrap()).collect();
    fs::remove_dir_all(&folder).unwrap();
    (planted, files)
}

/// A strict RFC 4180 cell and the bytes it took.
fn cell(text: &[u8]) -> Read<Vec<u8>> {
    let ends = |byte: &u8| matches!(byte, b',' | b'\n');
    if text.first() != Some(&b'"') {
        return text
            .iter()
            .position(ends)
            .map(|end| (text[..end].to_vec(), end));
    }
    let (mut value, mut at) = (Vec::new(), 1);
    loop {
        match text.get(at..)? {
            [b'"', b'"', ..] => at += 1,
            [b'"', next, ..] => return ends(next).then_some((value, at + 1)),
            _ => {}
        }
        value.push(*text.get(at)?);
        at += 1;
    }
}

fn record(text: &[u8]) -> Read<Cells> {
    let (mut cells, mut at) = (Vec::new(), 0);
    loop {
        let (value, length) = cell(&text[at..])?;
        cells.push(value);
        at += length + 1;
        if text[at - 1] == b'\n' {
            return Some((cells, at));
        }
    }
}

/// All records after the header; a broken one costs its line.
fn records(mut text: &[u8]) -> Vec<Option<Cells>> {
    let mut found = Vec::new();
    while !text.is_empty() {
        let line = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let (cells, length) = record(text).map_or((None, line), |(c, length)| (Some(c), length));
        found.push(cells);
        text = &text[length..];
    }
    found.split_off(1)
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    assert!(sample("once", 3_000) == sample("twice", 3_000));
}

#[test]
fn every_kind_is_present() {
    let (planted, _) = sample("kinds", 3_000);
    assert_eq!(planted.bronze_quarantined.len(), BRONZE.len());
    assert_eq!(planted.silver_quarantined.len(), SILVER.len());
    assert_eq!(planted.silver_dropped.len(), 3);
    assert!(planted.customers_moved > 0);
    let silver = planted
        .silver_quarantined
        .values()
        .chain(planted.silver_dropped.values());
    assert_eq!(
        planted.bronze_accepted(),
        planted.accepted + silver.sum::<u64>()
    );
}

#[test]
fn no_file_exceeds_its_shares() {
    for (day, records) in (0..DAYS).flat_map(|day| [(day, 100), (day, 6_667)]) {
        let plan = Month::default().plan(day, records);
        let count = |of: fn(&&Fate) -> bool| plan.iter().filter(of).count() as u64 * 1_000;
        assert_eq!(plan.len() as u64, records);
        assert!(count(|fate| matches!(fate, Fate::Bronze(_))) <= records * 40);
        assert!(count(|fate| matches!(fate, Fate::Silver(_))) <= records * 15);
    }
}

#[test]
fn what_is_not_broken_parses_back() {
    for rows in [3_000, 200_000] {
        let (planted, files) = sample("parse", rows);
        let read: Vec<_> = files.iter().flat_map(|file| records(file)).collect();
        let broken = read.iter().filter(|cells| cells.is_none()).count() as u64;
        let wide = read
            .iter()
            .flatten()
            .filter(|cells| cells.len() != 10)
            .count() as u64;
        assert_eq!(read.len() as u64, planted.records);
        assert_eq!(broken, planted.bronze_quarantined["csv.quote"]);
        assert_eq!(wide, planted.bronze_quarantined["csv.width"]);
    }
}

#[test]
fn a_description_survives_its_quoting() {
    let mut month = Month::default();
    for sale in (0..2_000).map(|at| month.sale(0, at, 2_000)) {
        let line = [sale.cells().join(&b','), b"\n".to_vec()].concat();
        let read = String::from_utf8(record(&line).unwrap().0.remove(2)).unwrap();
        assert!(
            read.split_whitespace()
                .eq(sale.description().split_whitespace())
        );
    }
}
