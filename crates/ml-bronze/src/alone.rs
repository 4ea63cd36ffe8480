//! Records that stand alone, on their way back from the quarantine.

use ml_core::{Feed, Fixed, Held, LoadId, Shape};
use proptest::prelude::*;

use crate::laws::{Rows, Whole, feed, judge, run, tiny, whole};
use crate::{Dialect, Encoding, FixedRecords, Form, Header, Limits, Ndjson};

/// The shape of a text in a form, and all that came of it.
fn read_shape(bytes: &[u8], form: Form) -> Option<(Shape, Whole)> {
    run(async {
        let feed = feed(bytes.to_vec())
            .form(form)
            .encoding(Encoding::Utf8)
            .limits(tiny(8));
        let mut feed = feed.chunk(3);
        Feed::<Rows>::open(&mut feed).await.ok()?;
        let shape = Feed::<Rows>::shape(&feed)?;
        let mut chunks = Vec::new();
        while let Some(chunk) = feed.next(LoadId(1)).await.ok()? {
            chunks.push(chunk);
        }
        Some((shape, whole(chunks).ok()?))
    })
}

fn reread(fixed: Vec<Fixed>, limits: Limits) -> Whole {
    run(async {
        let mut feed = FixedRecords::new(fixed, judge()).limits(limits).chunk(2);
        Feed::<Rows>::open(&mut feed).await.unwrap();
        let mut chunks = Vec::new();
        while let Some(chunk) = feed.next(LoadId(2)).await.unwrap() {
            chunks.push(chunk);
        }
        whole(chunks).unwrap()
    })
}

/// What becomes of one record behind a header: its rows' ids, or the rule against it.
fn alone(header: &str, form: Form, bytes: &[u8], limits: Limits) -> Result<Vec<i64>, String> {
    let (shape, _) = read_shape(header.as_bytes(), form).unwrap();
    let shape = Some(shape);
    let bytes = bytes.to_vec();
    let whole = reread(vec![Fixed { bytes, shape }], limits);
    assert_eq!(whole.card.read, 1);
    match whole.held.first() {
        Some(held) => Err(held.violations[0].rule.clone()),
        None => Ok(whole.rows.iter().map(|row| row.record.id).collect()),
    }
}

#[test]
fn what_is_not_one_record_is_told_apart() {
    let limits = Limits::default().field(20).record(200);
    let csv = |bytes: &[u8]| alone("id,note\n", Dialect::csv().into(), bytes, limits);
    for sound in [&b"1,a"[..], b"1,a\n", b"1,a\r\n", b"1,\"a\nb\"\r\n"] {
        assert_eq!(csv(sound), Ok(vec![1]), "{sound:?}");
    }
    let broken: [(&[u8], &str); 10] = [
        (b"", "record.alone"),
        (b"\n", "record.alone"),
        (b"1,a\n2,b", "record.alone"),
        (b"\n1,a", "record.alone"),
        (b"1", "csv.width"),
        (b"1,\"a", "csv.quote"),
        (b"1,a\"", "csv.quote"),
        (b"id,note", "csv.header"),
        (b"\xef\xbb\xbf1,a", "byte.bom"),
        (b"1,123456789012345678901", "csv.size"),
    ];
    for (bytes, rule) in broken {
        assert_eq!(csv(bytes), Err(rule.to_owned()), "{bytes:?}");
    }
    assert_eq!(csv(&[b'1'; 201]), Err("csv.size".to_owned()));
}

#[test]
fn every_form_reads_its_own_records() {
    let german = Dialect::csv().delimiter(b';').skip_lines(1).footer_lines(1);
    let header = "exported today\nnote;id\nend\n";
    let limits = Limits::default();
    assert_eq!(alone(header, german.into(), b"a;7", limits), Ok(vec![7]));
    let bare = Dialect::csv().header(Header::Absent);
    assert_eq!(alone("1,,\n", bare.into(), b"8,a,", limits), Ok(vec![8]));
    let tall = Dialect::csv().header(Header::Tall(2));
    assert_eq!(alone("id\nno.\n", tall.into(), b"9", limits), Ok(vec![9]));
    let lines = Form::from(Ndjson::lines());
    let object = br#"{"id": 10, "note": "a"}"#;
    assert_eq!(alone("{}", lines.clone(), object, limits), Ok(vec![10]));
    assert_eq!(
        alone("{}", lines, b"{", limits),
        Err("json.syntax".to_owned())
    );
}

fn forms() -> impl Strategy<Value = Form> {
    let strange = Dialect::csv().delimiter(b';').quote(Some(b'\''));
    prop::sample::select(vec![
        Form::from(Dialect::csv()),
        Form::from(strange.comment(Some(b'#')).escape(Some(b'\\'))),
        Form::from(Dialect::csv().quote(None)),
        Form::from(Ndjson::lines()),
    ])
}

fn header(form: &Form) -> &'static str {
    match form {
        Form::Ndjson(_) => "",
        Form::Csv(dialect) if dialect.marks().delimiter == b';' => "id;note\n",
        Form::Csv(_) => "id,note\n",
    }
}

/// What a record is told by that stands before others.
const BY_OTHERS: &str = "schema.changed";

fn reasons(held: &Held) -> Vec<&str> {
    let rules = held.violations.iter();
    rules.map(|violation| violation.rule.as_str()).collect()
}

proptest! {
    #[test]
    fn what_was_not_put_right_is_held_back_for_the_same_reasons(
        form in forms(),
        records in prop::collection::vec("[1a,;\"'\\\\#\r\n{}:\u{feff}]{1,9}|-1,a|-1;'a;'|\\{\"id\": -1\\}", 0..9),
    ) {
        let text = format!("{}{}", header(&form), records.join("\n"));
        let Some((shape, first)) = read_shape(text.as_bytes(), form) else { return Ok(()) };
        let held: Vec<_> = first.held.iter().filter(|held| !reasons(held).contains(&BY_OTHERS)).collect();
        let fixed = |held: &&Held| Fixed { bytes: held.raw.clone(), shape: Some(shape.clone()) };
        let again = reread(held.iter().map(fixed).collect(), Limits::default());
        prop_assert_eq!(again.rows.len(), 0);
        for (old, new) in held.iter().zip(&again.held) {
            prop_assert_eq!((reasons(old), &old.raw), (reasons(new), &new.raw));
        }
    }
}
