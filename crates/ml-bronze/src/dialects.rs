//! Files in every dialect, and files that change theirs half-way.

use ml_core::Kind;
use proptest::prelude::*;

use crate::laws::{Item, Whole, read, read_as, tiny};
use crate::{Dialect, Header, Limits, Unknown};

fn rows(whole: &Whole) -> Vec<(i64, Option<&str>)> {
    let row = |item: &'_ ml_core::Located<Item>| item.record.id;
    let rows = whole.rows.iter();
    rows.map(|item| (row(item), item.record.note.as_deref()))
        .collect()
}

fn read_in(dialect: Dialect, text: &str) -> Whole {
    read_as(text.as_bytes(), dialect, Limits::default()).unwrap()
}

/// Per held record its line and its first rule.
fn held(whole: &Whole) -> Vec<(u64, &str)> {
    let held = whole.held.iter();
    held.map(|held| (held.at.line.unwrap(), held.violations[0].rule.as_str()))
        .collect()
}

/// B6: the same rows, whatever the dialect.
#[test]
fn a_declared_dialect_changes_no_value() {
    let expected = [(1, Some("a,b")), (2, Some("c\"'")), (3, None)];
    let csv = Dialect::csv;
    for (dialect, text) in [
        (csv(), "id,note\n1,\"a,b\"\n2,\"c\"\"'\"\n3,\n"),
        (csv().delimiter(b';'), "id;note\n1;a,b\n2;\"c\"\"'\"\n3;\n"),
        (
            csv().delimiter(b'\t').quote(None),
            "id\tnote\n1\ta,b\n2\tc\"'\n3\t\n",
        ),
        (
            csv().delimiter(b'|').quote(Some(b'\'')),
            "id|note\n1|a,b\n2|'c\"'''\n3|''\n",
        ),
        (
            csv().delimiter(0x1f),
            "id\u{1f}note\n1\u{1f}a,b\n2\u{1f}\"c\"\"'\"\n3\u{1f}\n",
        ),
        (
            csv().escape(Some(b'\\')),
            "id,note\n1,\"a\\,b\"\n2,\"c\\\"'\"\n3,\"\"\n",
        ),
        (
            csv().comment(Some(b'#')),
            "# of today\nid,note\n1,\"a,b\"\n#\"\n2,\"c\"\"'\"\n3,\n# end",
        ),
        (
            csv().header(Header::Absent).delimiter(b';'),
            "1;a,b;\n2;\"c\"\"'\";\n3;;\n",
        ),
        (
            csv().header(Header::Tall(2)),
            "id,note\nnumber,text\n1,\"a,b\"\n2,\"c\"\"'\"\n3,\n",
        ),
        (
            csv().skip_lines(3),
            "Export \"of\n\nid,note\nid,note\n1,\"a,b\"\n2,\"c\"\"'\"\n3,\n",
        ),
        (
            csv().footer_lines(2),
            "id,note\n1,\"a,b\"\n2,\"c\"\"'\"\n3,\nTotal,6\n\nmade \"by\n\n",
        ),
    ] {
        let whole = read_in(dialect.clone(), text);
        assert_eq!(held(&whole), [], "{dialect:?}");
        assert_eq!(rows(&whole), expected, "{dialect:?}");
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(rows(&read_in(dialect, &crlf)), expected, "{crlf:?}");
    }
}

/// B7, B11: a preamble and comments are lines, and no records.
#[test]
fn what_is_no_record_counts_as_lines() {
    let dialect = Dialect::csv().skip_lines(2).comment(Some(b'#'));
    let whole = read_in(
        dialect,
        "by me\r\n\r\n#\r\nid,note\r\n1,\"a\r\nb\"\r\n# c\r\n2,c\r\n",
    );
    let at: Vec<_> = whole
        .rows
        .iter()
        .map(|row| (row.at.record, row.at.line, row.at.byte))
        .collect();
    assert_eq!(at, [(1, Some(5), Some(21)), (2, Some(8), Some(36))]);
}

/// B7: what reaches into the footer, and files that are nothing but one.
#[test]
fn a_footer_is_the_last_lines() {
    let footer = |lines| Dialect::csv().footer_lines(lines);
    assert_eq!(
        rows(&read_in(footer(1), "id,note\n1,a\n2,\"b\nc\"\n")),
        [(1, Some("a")), (2, Some("b\nc"))]
    );
    assert_eq!(
        rows(&read_in(footer(2), "id,note\n1,a\nx\ny")),
        [(1, Some("a"))]
    );
    let none = read_as(b"id,note\n1,a\n", footer(3), Limits::default()).unwrap_err();
    assert_eq!(none.kind(), Kind::Source);
    assert_eq!(rows(&read_in(footer(2), "id,note\n1,a\n2,b\n")), []);
}

/// B7: two files in one, with the header again, and a file without a header that has one.
#[test]
fn a_header_in_mid_file_is_no_data() {
    let whole = read_in(Dialect::csv(), "id,note\n1,a\n\"id\",note\n2,b\n");
    assert_eq!(rows(&whole), [(1, Some("a")), (2, Some("b"))]);
    assert_eq!(held(&whole), [(3, "csv.header")]);
    let bare = Dialect::csv().header(Header::Absent);
    assert_eq!(
        held(&read_in(bare, "id,note,email\n1,a,b\n")),
        [(1, "csv.header")]
    );
}

/// D1, D5: nothing is read by the place it had under another header, and the first such record is named.
#[test]
fn another_header_in_mid_file_holds_back_what_follows() {
    for (text, broken) in [
        ("id,note\n1,a\nnote,id\n2,3\n4,5\n", vec![3, 4, 5]),
        ("id,note\n1,a\nid,note,email\n2,b,c\n", vec![3, 4]),
        ("id,note\n1,a\nnote,id\n2,3\nid,note\n6,7\n", vec![3, 4]),
    ] {
        let whole = read_in(Dialect::csv(), text);
        let changed = held(&whole)
            .into_iter()
            .filter(|(_, rule)| *rule == "schema.changed");
        assert_eq!(
            changed.map(|(line, _)| line).collect::<Vec<_>>(),
            broken,
            "{text:?}"
        );
        let found = &whole.held[0].violations[0].found;
        assert_eq!(found, "another header since record 2, line 3");
    }
    let marked = read("\u{feff}id,note\n1,a\n\u{feff}\"note\",\"id\"\n2,3\n".as_bytes());
    assert_eq!(held(&marked), [(3, "byte.bom"), (4, "schema.changed")]);
    assert_eq!(rows(&marked), [(1, Some("a"))]);
    let three = "id,note\n1,a\n\u{feff}note,id\n2,3\n\u{feff}id,note\n4,b\n";
    let three = read(three.as_bytes());
    let broken = [(3, "byte.bom"), (4, "schema.changed"), (5, "byte.bom")];
    assert_eq!(held(&three), broken);
    assert_eq!(rows(&three), [(1, Some("a")), (4, Some("b"))]);
}

/// D5: another number of fields to the end.
#[test]
fn a_width_that_stays_wrong_is_a_change() {
    let text = format!("id,note\n1,a\n2\n{}4,b\n", "3,b,c\n".repeat(9));
    let whole = read(text.as_bytes());
    assert_eq!(rows(&whole), [(1, Some("a")), (4, Some("b"))]);
    let rules: Vec<_> = held(&whole).into_iter().map(|(_, rule)| rule).collect();
    assert_eq!(rules[..8], ["csv.width"; 8]);
    assert_eq!(rules[8..], ["schema.changed"; 2]);
    let found = &whole.held[9].violations[0].found;
    assert_eq!(found, "3 fields in every record since record 3, line 4");
}

/// D2: what the contract does not know.
#[test]
fn a_frozen_contract_refuses_other_columns() {
    let frozen = Dialect::csv().unknown(Unknown::Refuse);
    let error = read_as(b"id,notes\n1,a\n", frozen.clone(), Limits::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert!(error.to_string().contains("\"notes\""), "{error}");
    assert_eq!(rows(&read_in(frozen, "note,id\na,1\n")), [(1, Some("a"))]);
}

/// B3, A2: where a bad byte stands in another dialect.
#[test]
fn a_bad_byte_is_located_behind_escapes() {
    let file = b"note;id\n'a\\'\\\\;\nc\xff';1\n";
    let dialect = Dialect::csv()
        .delimiter(b';')
        .quote(Some(b'\''))
        .escape(Some(b'\\'));
    let whole = read_as(file, dialect, Limits::default()).unwrap();
    let byte = file.iter().position(|&byte| byte == 0xff).unwrap();
    let found = &whole.held[0].violations[0].found;
    assert_eq!(*found, format!("an invalid sequence at byte {byte}"));
}

pub(crate) fn any_dialect() -> impl Strategy<Value = Dialect> {
    let delimiter = prop::sample::select(b",;\t|:\x1f".to_vec());
    let quote = prop::sample::select(b"\"'".to_vec());
    let escape = prop::sample::select(vec![None, Some(b'\\')]);
    let comment = prop::sample::select(vec![None, Some(b'#')]);
    let header = prop::sample::select(vec![Header::Named, Header::Tall(2), Header::Absent]);
    (
        delimiter,
        quote,
        escape,
        comment,
        header,
        0..3_u64,
        0..3_u64,
    )
        .prop_map(
            |(delimiter, quote, escape, comment, header, skip, footer)| {
                let csv = Dialect::csv().delimiter(delimiter).quote(Some(quote));
                let csv = csv.escape(escape).comment(comment).header(header);
                csv.skip_lines(skip).footer_lines(footer)
            },
        )
}

/// Rows in a dialect, every field in quotes.
fn written(rows: &[(i64, String)], dialect: &Dialect, end: &str) -> Vec<u8> {
    let marks = dialect.marks();
    let quote = marks.quote.map(char::from).unwrap();
    let quoted = |value: &str| {
        let doubled = match marks.escape.map(char::from) {
            Some(escape) => value
                .replace(escape, &format!("{escape}{escape}"))
                .replace(quote, &format!("{escape}{quote}")),
            None => value.replace(quote, &format!("{quote}{quote}")),
        };
        format!("{quote}{doubled}{quote}")
    };
    let record = |fields: [&str; 3]| {
        fields
            .map(quoted)
            .join(&char::from(marks.delimiter).to_string())
            + end
    };
    let mut text = format!("{quote} before{end}").repeat(marks.preamble as usize);
    match dialect.head() {
        Header::Absent => {}
        Header::Named => text += &record(["id", "note", "email"]),
        Header::Tall(_) => {
            text += &(record(["id", "note", "email"]) + &record(["number", "text", "text"]))
        }
    }
    for (id, note) in rows {
        text += &record([&id.to_string(), note, ""]);
        if let Some(comment) = marks.comment {
            text += &format!("{}{quote}{end}{end}", char::from(comment));
        }
    }
    (text + &format!("behind{quote}{end}").repeat(marks.footer as usize)).into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// P1, P4: what was written in a dialect is read in it, however the file is cut into reads.
    #[test]
    fn what_is_written_is_read_in_any_dialect(
        rows in prop::collection::vec((0..1_000_i64, "[a,;\t|:'\"\\\\#\r\n\u{1f}ü]{0,9}"), 1..9),
        dialect in any_dialect(), end in prop::sample::select(vec!["\n", "\r\n", "\r"]), block in 1..40_usize)
    {
        let whole = read_as(&written(&rows, &dialect, end), dialect, tiny(block)).unwrap();
        prop_assert_eq!(&whole.held, &Vec::new());
        let read: Vec<_> = whole.rows.iter().map(|row| (row.record.id, row.record.note.clone().unwrap_or_default())).collect();
        prop_assert_eq!(read, rows);
    }

    /// P1, P3: any bytes in any dialect are accounted for, however they are cut.
    #[test]
    fn any_bytes_in_any_dialect(body in crate::laws::nasty_bytes(), dialect in any_dialect(), block in 1..40_usize) {
        let head = written(&[], &dialect.clone().footer_lines(0), "\n");
        let bytes = [head, body].concat();
        match read_as(&bytes, dialect.clone(), Limits::default()) {
            Ok(whole) => {
                prop_assert!(whole.card.is_conserved());
                prop_assert_eq!(read_as(&bytes, dialect, tiny(block)).unwrap(), whole);
            }
            // the footer took the header
            Err(error) => prop_assert_eq!(error.kind(), Kind::Source),
        }
    }

    /// P3: on what RFC 4180 allows, the crate csv reads the same.
    #[test]
    fn rfc_4180_is_read_as_the_crate_csv_reads_it(rows in prop::collection::vec((0..1_000_i64, "[a,\"\r\nü]{0,9}"), 0..9)) {
        let bytes = written(&rows, &Dialect::csv(), "\r\n");
        let whole = read(&bytes);
        let mut theirs = csv::ReaderBuilder::new().from_reader(bytes.as_slice());
        let theirs: Vec<_> = theirs.records().map(|record| record.unwrap()).collect();
        prop_assert_eq!(whole.rows.len(), theirs.len());
        for (ours, theirs) in whole.rows.iter().zip(&theirs) {
            prop_assert_eq!(ours.record.id.to_string(), &theirs[0]);
            prop_assert_eq!(ours.record.note.as_deref().unwrap_or_default(), &theirs[1]);
        }
    }
}
