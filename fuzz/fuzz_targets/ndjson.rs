//! NDJSON over any bytes, against serde_json as the oracle of what an object is.
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use metalayer_fuzz::{Pieces, Tiles, Whole, judge, strict};
use ml_bronze::{Encoding, Form, Limits, Ndjson, SourceFile, Unknown};
use serde_json::value::RawValue;

fuzz_target!(|bytes: &[u8]| {
    let Some((head, text)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let policy = [Unknown::Ignore, Unknown::Refuse][head[0] as usize % 2];
    let cap = if head[1] == 0 {
        1 << 16
    } else {
        head[1] as usize
    };
    let read = |judge, piece| {
        let form = Form::from(Ndjson::lines().unknown(policy));
        let feed = SourceFile::<_, Form>::new("fuzz", judge).form(form);
        let limits = Limits::default()
            .record(cap)
            .field(cap / 2)
            .unpacked(1 << 20);
        let feed = feed.limits(limits).encoding(Encoding::Utf8);
        Whole::of(feed.reading(Pieces::of(text, piece)))
    };
    let whole = read(judge(), usize::MAX);
    let piece = head[0] as usize / 2 % 16 + 1;
    assert!(read(judge(), piece) == whole, "cuts change something");
    let all = read(strict(), usize::MAX);
    assert_eq!(all.is_some(), whole.is_some());
    let (Some(all), Some(whole)) = (all, whole) else {
        return;
    };
    assert_eq!(all.card.read, whole.card.read);
    let is_packed = [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ"]
        .iter()
        .any(|magic| text.starts_with(magic));
    if is_packed {
        return;
    }
    let tiles = Tiles {
        comment: None,
        preamble: 0,
        header: 0,
        footer: 0,
    };
    tiles.check(text, &all.held);
    for row in &whole.rows {
        let at = row.at.byte.unwrap_or_default() as usize;
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let line = text[at..].split(is_end).next().unwrap_or_default();
        let object: HashMap<String, Box<RawValue>> =
            serde_json::from_slice(line).expect("an object");
        let id = object["id"].get();
        assert_eq!(id.trim_matches('"').parse(), Ok(row.record.id));
    }
});
