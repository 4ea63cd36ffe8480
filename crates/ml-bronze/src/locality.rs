//! What is wrong with one record is no matter of the others (P5 of the reliability properties).

use std::collections::BTreeMap;
use std::ops::Range;

use proptest::prelude::*;

use crate::laws::{Whole, read};

const HEADER: &str = "id,note,email\n";

/// By the byte at which a record starts what became of it, outside of `changed`.
fn verdicts(whole: &Whole, changed: &Range<u64>) -> BTreeMap<u64, String> {
    let rows = whole.rows.iter().map(|row| {
        let item = &row.record;
        (row.at.byte, format!("{} {:?}", item.id, item.note))
    });
    let held = whole.held.iter().map(|held| {
        let rules: Vec<_> = held.violations.iter().map(|why| &why.rule).collect();
        (held.at.byte, format!("{rules:?} {:?}", held.raw))
    });
    let by_byte = rows.chain(held).map(|(byte, said)| (byte.unwrap(), said));
    by_byte
        .filter(|(byte, _)| !changed.contains(byte))
        .collect()
}

fn records() -> impl Strategy<Value = Vec<String>> {
    // no letters that a header is made of: behind another header the columns have changed, which is no matter of one record
    let record = "-?[0-9]{1,3},[a-hä]{0,12},[a-h@.]{0,6}|[a-h,]{1,9}|[0-9],\"[a-h,]{0,5}\",";
    prop::collection::vec(record, 1..30)
}

proptest! {
    /// Whatever byte it is changed to; a quote that opens and does not close goes back to the next line.
    #[test]
    fn a_changed_byte_costs_its_record_alone(
        records in records(),
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"\",\r\n\0\xff".to_vec())],
    ) {
        let which = which.index(records.len());
        let start = HEADER.len() + records[..which].iter().map(|record| record.len() + 1).sum::<usize>();
        let record = &records[which];
        let mut text = format!("{HEADER}{}\n", records.join("\n")).into_bytes();
        let changed = start as u64..(start + record.len() + 1) as u64;
        let before = verdicts(&read(&text), &changed);
        text[start + at.index(record.len())] = byte;
        prop_assert_eq!(verdicts(&read(&text), &changed), before);
    }
}
