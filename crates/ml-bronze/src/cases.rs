//! One case each of what can be wrong with a file.

use ml_core::{Action, Kind};

use crate::laws::{Whole, chunks_of, judge, read, read_as, read_by, refusal, tiny};
use crate::{Dialect, Limits};

fn ids(whole: &Whole) -> Vec<i64> {
    whole.rows.iter().map(|row| row.record.id).collect()
}

/// Per held record its line and the rules against it.
fn faults(whole: &Whole) -> Vec<(u64, Vec<&str>)> {
    let rules = |held: &'_ ml_core::Held| held.at.line.unwrap();
    whole
        .held
        .iter()
        .map(|held| {
            let named = held
                .violations
                .iter()
                .map(|violation| violation.rule.as_str());
            (rules(held), named.collect())
        })
        .collect()
}

#[test]
fn line_ends_a_mark_and_a_missing_last_end_change_no_value() {
    let plain = read(b"id,note\n1,a\n2,\n");
    assert_eq!(ids(&plain), [1, 2]);
    assert_eq!(plain.rows[1].record.note, None);
    for same in [
        "id,note\r\n1,a\r\n2,\r\n",
        "id,note\r1,a\r2,\r",
        "\u{feff}id,note\n1,a\n2,",
        "\u{feff}\u{feff}id,note\n\n1,a\r\n\n2,\"\"\n\n\n",
        "x,note,id\n,a,1\n,,2",
        "\"id\",\"note\"\n\"1\",\"a\"\n2,",
    ] {
        let other = read(same.as_bytes());
        assert!(other.held.is_empty(), "{same:?}");
        let values = |whole: &Whole| {
            whole
                .rows
                .iter()
                .map(|row| row.record.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(values(&other), values(&plain), "{same:?}");
        assert_eq!(other.card, plain.card);
    }
}

#[test]
fn a_header_alone_is_a_file_without_rows() {
    for file in ["id,note", "id,note\n", "\u{feff}id\r\n\r\n"] {
        let whole = read(file.as_bytes());
        assert_eq!((whole.card.read, whole.rows.len()), (0, 0));
        assert_eq!(whole.card.rules["csv.quote"].action, Action::Quarantine);
        assert!(whole.card.rules.contains_key("id.decode"));
        assert!(
            judge()
                .card()
                .rules
                .keys()
                .all(|rule| whole.card.rules.contains_key(rule))
        );
    }
}

#[test]
fn what_is_no_header_is_refused_by_name_line_and_byte() {
    for (file, say) in [
        (
            &b"i\0d,note\n"[..],
            "line 1, byte 1: expected a header in UTF-8, found a NUL",
        ),
        (b"\n\nid,gr\xf6sse\n", "line 3, byte 7: "),
        (
            b"id,\"note\n1,a\n",
            "broken header: expected a closing quote",
        ),
        (
            b"note\n1\n",
            "lacks \"id\", required by bronze.items; it has \"note\"",
        ),
        (b"id;note\n", "1 fields"),
        (b"id,note,note\n", "names \"note\" twice"),
    ] {
        let error = refusal(file);
        assert_eq!(error.kind(), Kind::Contract);
        assert!(error.to_string().starts_with("test.csv"), "{error}");
        assert!(error.to_string().contains(say), "{error}");
    }
    for blank in ["\n\r\n", "\u{feff}", "\r"] {
        let error = refusal(blank.as_bytes());
        assert_eq!(error.kind(), Kind::Source);
        assert!(error.to_string().contains("only blank lines"), "{error}");
    }
}

#[test]
fn every_bad_field_is_reported_and_rules_judge_the_others() {
    let whole = read(b"id,note\nx,0123456789\n9,\xff\n-1,\0\n1,a,b\n2\n");
    assert_eq!(
        faults(&whole),
        [
            (2, vec!["id.decode", "note.length"]),
            (3, vec!["byte.utf8"]),
            (4, vec!["byte.nul", "id.range"]),
            (5, vec!["csv.width"]),
            (6, vec!["csv.width"]),
        ]
    );
    let violation = |at: usize| whole.held[at].violations[0].to_string();
    assert_eq!(
        violation(0),
        "id.decode (id): expected a whole number of at most 64 bits, found \"x\""
    );
    assert_eq!(
        violation(1),
        "byte.utf8 (note): expected UTF-8 text, found an invalid sequence at byte 23"
    );
    assert_eq!(
        violation(2),
        "byte.nul (note): expected text without NUL, found a NUL at byte 28"
    );
    assert_eq!(
        violation(3),
        "csv.width (): expected 2 fields, found 3 fields"
    );
}

#[test]
fn a_bad_byte_is_located_behind_quotes() {
    let file = b"note,id\n\"a\"\"b,\nc\xff\",1\n";
    let found = &read(file).held[0].violations[0].found;
    let byte = file.iter().position(|&byte| byte == 0xff).unwrap();
    assert_eq!(*found, format!("an invalid sequence at byte {byte}"));
}

#[test]
fn a_quote_that_is_never_closed_costs_its_line() {
    let whole = read(b"id,note\n1,a\n2,\"b\n3,c\n4,\"d\ne\"\n");
    assert_eq!(ids(&whole), [1, 3, 4]);
    assert_eq!(faults(&whole), [(3, vec!["csv.quote"])]);
    assert_eq!(whole.rows[2].record.note.as_deref(), Some("d\ne"));
    let far = read(b"id,note\n1,\"abc,2\n2,b\n3,c\n4,\"hello\"\n");
    assert_eq!(
        (ids(&far), far.held[0].raw.as_slice()),
        (vec![2, 3, 4], &b"1,\"abc,2"[..])
    );
}

#[test]
fn what_is_data_stays_data() {
    let whole = read(b"note,id\n\\.,1\n\"\\.\",2\n# no comment,3\n NULL ,4\n");
    let notes: Vec<_> = whole
        .rows
        .iter()
        .map(|row| row.record.note.as_deref().unwrap())
        .collect();
    assert_eq!(notes, ["\\.", "\\.", " NULL "]);
    assert_eq!(faults(&whole), [(4, vec!["note.length"])]);
    assert_eq!(faults(&read(b"id\n\\.\n1\n")), [(2, vec!["id.decode"])]);
}

#[test]
fn concatenated_exports_are_found_out() {
    let whole = read("\u{feff}id,note\n1,a\n\u{feff}id,note\n2,b\n".as_bytes());
    assert_eq!(ids(&whole), [1, 2]);
    assert_eq!(faults(&whole), [(3, vec!["byte.bom"])]);
}

#[test]
fn caps_bound_what_a_record_may_be() {
    let limits = Limits {
        record: 20,
        field: 8,
        raw: 4,
        ..tiny(16)
    };
    let long = "9".repeat(50);
    let file =
        format!("id,note\n1,abcdefghi\n{long}\n2,\"a\nbbbbbbbb\ncccccccc\n3,d\n4,\"{long}\n5,e");
    let whole = read_by(file.as_bytes(), limits, 3).unwrap();
    assert_eq!(ids(&whole), [3, 5]);
    assert_eq!(
        faults(&whole),
        [
            (2, vec!["csv.size"]),
            (3, vec!["csv.size"]),
            (4, vec!["csv.quote"]),
            (5, vec!["csv.width"]),
            (6, vec!["csv.width"]),
            (8, vec!["csv.quote"]),
        ]
    );
    assert_eq!(
        (whole.held[1].raw.as_slice(), whole.held[1].raw_len),
        (&b"9999"[..], 50)
    );
    assert_eq!(whole.held[0].violations[0].found, "9 bytes");
}

#[test]
fn a_chunk_ends_after_its_bytes_too() {
    let limits = Limits {
        chunk: 8,
        ..Limits::default()
    };
    let chunks = chunks_of(b"id\n1\n22\n33\n44\n55\n", limits, 10_000).unwrap();
    let sizes: Vec<_> = chunks.iter().map(|chunk| chunk.card.read).collect();
    assert_eq!(sizes, [3, 2]);
}

#[test]
fn a_field_at_the_cap_is_kept() {
    let limits = Limits {
        field: 3,
        ..Limits::default()
    };
    let whole = read_by(b"id,note\n1,abc\n2,abcd\n", limits, 9).unwrap();
    assert_eq!(
        (ids(&whole), faults(&whole)),
        (vec![1], vec![(3, vec!["csv.size"])])
    );
}

#[test]
fn a_record_at_the_cap_is_kept_whatever_ends_it() {
    for block in [1, 7, 8, 64] {
        let limits = tiny(block).record(7);
        for end in ["\n", "\r\n", ""] {
            let file = format!("id,note\r\n11111,a\n222222,b\n33333,c{end}");
            let whole = read_by(file.as_bytes(), limits, 9).unwrap();
            assert_eq!(ids(&whole), [11_111, 33_333], "{block} {end:?}");
            assert_eq!(faults(&whole), [(3, vec!["csv.size"])]);
        }
    }
}

/// A line that is still not over behind the cap is read as a record: a footer is no way around it.
#[test]
fn a_footer_is_not_longer_than_a_record() {
    let footer = || Dialect::csv().footer_lines(1);
    for block in [1, 7, 8, 64] {
        let limits = tiny(block).record(7);
        let most = read_as(b"id,note\n1,a\n7777777", footer(), limits).unwrap();
        assert_eq!((ids(&most), faults(&most)), (vec![1], vec![]), "{block}");
        let more = read_as(b"id,note\n1,a\n88888888", footer(), limits).unwrap();
        assert_eq!(
            (ids(&more), faults(&more)),
            (vec![1], vec![(3, vec!["csv.size"])])
        );
    }
}

#[test]
fn a_quote_that_is_never_closed_costs_its_line_above_a_footer_too() {
    let file = b"id,note\n1,\"a\n2,b\n3,c\nend\n";
    let whole = read_as(file, Dialect::csv().footer_lines(1), tiny(64)).unwrap();
    assert_eq!(
        (ids(&whole), faults(&whole)),
        (vec![2, 3], vec![(2, vec!["csv.quote"])])
    );
}

#[test]
fn personal_values_are_not_in_violations() {
    let file =
        b"id,note,email\n1,a,canary\xff\n2,b,\"canary\"x\n3,canary\n4,c,canary\0\nx,d,canary\n";
    let whole = read(file);
    assert_eq!(whole.held.len(), 5);
    assert!(!format!("{whole:?}").contains("canary"));
    let error = refusal(b"canary@example.com,canary\n");
    assert!(!format!("{error:?}").contains("canary"));
}
