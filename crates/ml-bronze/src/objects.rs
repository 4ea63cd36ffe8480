//! NDJSON: what is read of it, what is held back, and that no cut changes either.

use ml_core::Result;
use proptest::prelude::*;

use crate::laws::{Whole, read_as, tiny};
use crate::{Limits, Ndjson, Unknown};

fn read(bytes: &[u8]) -> Whole {
    read_as(bytes, Ndjson::lines(), Limits::default()).unwrap()
}

fn frozen(bytes: &[u8]) -> Result<Whole> {
    read_as(
        bytes,
        Ndjson::lines().unknown(Unknown::Refuse),
        Limits::default(),
    )
}

/// Per held record its line and what its first violation says.
fn held(whole: &Whole) -> Vec<(u64, String)> {
    let held = whole.held.iter();
    held.map(|held| (held.at.line.unwrap(), held.violations[0].to_string()))
        .collect()
}

#[test]
fn keys_are_columns_in_any_order() {
    let whole = read(b"\xef\xbb\xbf{\"id\":1,\"note\":\"a\"}\r\n\r\n{ \"note\" : null , \"id\" : \"2\" }\n{\"x\":{\"id\":9},\"id\":3}");
    let rows: Vec<_> = whole
        .rows
        .iter()
        .map(|row| (row.record.id, row.record.note.clone(), row.at.line))
        .collect();
    assert_eq!(
        rows,
        [
            (1, Some("a".into()), Some(1)),
            (2, None, Some(3)),
            (3, None, Some(4))
        ]
    );
    assert_eq!(whole.held, []);
}

#[test]
fn values_are_taken_as_they_are_written() {
    let note = |json: &str| {
        let whole = read(format!("{{\"id\":1,\"note\":{json}}}\n").as_bytes());
        whole.rows[0].record.note.clone().unwrap()
    };
    assert_eq!(note(r#""a\"\u00e9\n""#), "a\"é\n");
    assert_eq!(note("1.50e1"), "1.50e1");
    assert_eq!(note("true"), "true");
    assert_eq!(note("[1, {}]"), "[1, {}]");
    assert_eq!(note(r#""\ud83d\ude00""#), "😀");
}

/// A1, A2, C1: each fault at its line and byte, with the neighbours loaded.
#[test]
fn what_is_no_object_is_held_back_with_its_place() {
    let whole = read(
        b"{\"id\":1}\n{\"id\":2\n[3]\n{\"id\":4} x\n{\"id\":null}\n{\"note\":\"a\"}\n{\"id\":[7]}\n{\"id\":8,\"id\":8}\n{\"id\":9,\"note\":\"\xff\"}\n{\"id\":10,\"note\":\"a\\u0000\"}\n{\"id\":11,\"note\":\"\\ud800\"}\n{\"id\":1.5}\n{\"id\":13}\n",
    );
    let ids: Vec<_> = whole.rows.iter().map(|row| row.record.id).collect();
    assert_eq!(ids, [1, 13]);
    let say = [
        "json.syntax (): expected one JSON object, found an end in mid-value, at byte 15",
        "json.syntax (): expected one JSON object, found another value, at byte 17",
        "json.syntax (): expected one JSON object, found trailing characters, at byte 30",
        "id.decode (id): expected a value, not NULL, found NULL",
        "id.decode (id): expected a value, not NULL, found NULL",
        "json.nested (id): expected a plain value, found an object or an array",
        "json.syntax (id): expected a key once, found the key twice",
        "byte.utf8 (): expected UTF-8 text, found an invalid sequence at byte 100",
        "byte.nul (note): expected text without NUL, found a NUL at byte 120",
        "json.syntax (note): expected a string of Unicode, found half a surrogate pair",
        "id.decode (id): expected a whole number of at most 64 bits, found \"1.5\"",
    ];
    let expected: Vec<_> = (2..).zip(say.map(String::from)).collect();
    assert_eq!(held(&whole), expected);
}

/// D2: what the contract does not know.
#[test]
fn a_frozen_contract_holds_back_other_keys() {
    let whole = frozen(b"{\"id\":1}\n{\"id\":2,\"ID\":3}\n").unwrap();
    assert_eq!(whole.rows.len(), 1);
    assert_eq!(
        held(&whole),
        [(
            2,
            "json.unknown (): expected keys of the contract, found \"ID\"".into()
        )]
    );
}

#[test]
fn personal_values_are_not_in_violations() {
    let whole = read(b"\"canary\"\n{\"email\":\"canary\" \"id\":1}\n{\"email\":\"canary\\u0000\",\"id\":\"canary\"\n{\"email\":[\"canary\"]}\n");
    assert_eq!(whole.held.len(), 4);
    assert!(!format!("{whole:?}").contains("canary"));
}

#[test]
fn caps_bound_lines_and_values() {
    let limits = Limits {
        record: 40,
        field: 8,
        raw: 4,
        ..tiny(16)
    };
    let long = format!(
        "{{\"id\":1,\"note\":\"{}\"}}\n{{\"id\":2,\"note\":\"123456789\"}}\n{{\"id\":3}}\n",
        "x".repeat(99)
    );
    let whole = read_as(long.as_bytes(), Ndjson::lines(), limits).unwrap();
    let rules: Vec<_> = whole
        .held
        .iter()
        .map(|held| held.violations[0].rule.as_str())
        .collect();
    assert_eq!((whole.rows.len(), rules), (1, vec!["json.size"; 2]));
    assert_eq!(whole.held[0].raw, b"{\"id");
}

fn nasty_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"{\"id\":"[..],
        b"{",
        b"}",
        b"}\n",
        b"\n",
        b"\r",
        b"\"",
        b"\\",
        b"\\u0041",
        b":",
        b",",
        b"1",
        b"null",
        b"true",
        b"[",
        b"]",
        b"\"note\":",
        b"\"a\"",
        b"\xff",
        b"\0",
        b" ",
        b"\xef\xbb\xbf",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// P1, P3, P8: any bytes are accounted for, however they are cut.
    #[test]
    fn every_line_is_accounted_for(body in nasty_json(), block in 1..40_usize) {
        let bytes = [b"{\"id\":0}\n".as_slice(), &body].concat();
        let whole = read(&bytes);
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let lines = bytes.split(is_end).filter(|line| !line.is_empty()).count();
        prop_assert_eq!(whole.card.read, lines as u64);
        for held in &whole.held {
            let byte = held.at.byte.unwrap() as usize;
            prop_assert_eq!(&held.raw, &bytes[byte..byte + held.raw_len as usize]);
        }
        prop_assert_eq!(read_as(&bytes, Ndjson::lines(), tiny(block)).unwrap(), whole);
    }

    /// P4: what serde_json writes is read.
    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec((0..1_000_i64, "[ -~\n\r\u{1f}ü]{0,9}"), 0..9)) {
        let lines = rows.iter().map(|(id, note)| serde_json::json!({"note": note, "id": id}).to_string() + "\n");
        let whole = read(("\n".to_owned() + &lines.collect::<String>() + "{\"id\":0}").as_bytes());
        prop_assert_eq!(&whole.held, &Vec::new());
        let mut read = whole.rows.iter().map(|row| (row.record.id, row.record.note.clone().unwrap_or_default()));
        let read: Vec<_> = read.by_ref().take(rows.len()).collect();
        prop_assert_eq!(read, rows);
    }
}
