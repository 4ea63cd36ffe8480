use std::sync::Arc;

use bytes::{Buf, BytesMut};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ml_core::{
    Contract, Fault, FieldError, Fields, Malformed, NO_COLUMN, Pii, RawFields, Record, Row, Typed,
    Value,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A column of every kind.
#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.kinds")]
pub(crate) struct Kinds {
    flag: bool,
    small: i32,
    number: i64,
    float: Option<f64>,
    #[column(decimal = ",", thousands = ".")]
    price: Decimal,
    #[column(null = "NA", null = "-")]
    note: Option<String>,
    name: Pii<String>,
    #[column(format = "%d/%m/%Y")]
    day: NaiveDate,
    at: Option<NaiveDateTime>,
    instant: DateTime<Utc>,
    #[column(optional)]
    further: Option<i64>,
}

pub(crate) const GOOD: [&str; 11] = [
    "true",
    "-7",
    "9000000000",
    "0.5",
    "1.234,50",
    "a note",
    "Ada",
    "29/02/2024",
    "2024-02-29 12:00:00.25",
    "2024-02-29T12:00:00+02:00",
    "5",
];

pub(crate) fn row() -> Row {
    Row::new(Arc::new(Contract::of::<Kinds>().unwrap()))
}

#[derive(Debug, Clone)]
pub(crate) struct Raw(pub(crate) Vec<Option<Vec<u8>>>);

impl RawFields for Raw {
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.0.get(index)?.as_deref()
    }
}

pub(crate) fn raw(texts: &[&str]) -> Raw {
    let bytes = |text: &&str| Some(text.as_bytes().to_vec());
    Raw(texts.iter().map(bytes).collect())
}

fn map() -> Vec<Option<usize>> {
    (0..GOOD.len()).map(Some).collect()
}

pub(crate) fn decoded<R: Record>(mut record: R, raw: &impl RawFields) -> (R, Vec<FieldError>) {
    let mut bad = Vec::new();
    record.decode_into(raw, &map(), &mut bad);
    (record, bad)
}

pub(crate) fn values(record: &impl Record) -> Vec<Value> {
    let ordinals = 0..record.columns().len();
    ordinals.map(|at| record.field(at).to_value()).collect()
}

/// What a server sends back for what it was sent.
fn wire(record: &impl Record) -> Raw {
    let mut bytes = BytesMut::new();
    record.encode(&mut bytes);
    let mut fields = Vec::new();
    while bytes.has_remaining() {
        let length = usize::try_from(bytes.get_i32());
        fields.push(length.ok().map(|length| bytes.split_to(length).to_vec()));
    }
    Raw(fields)
}

fn field((good, weight): (&'static str, u32)) -> impl Strategy<Value = Option<Vec<u8>>> {
    let hostile = prop::sample::select(&[
        "",
        "NA",
        "-",
        "1.5",
        "1,5",
        "1.234",
        "NaN",
        "0",
        "t",
        " 1",
        "9999999999999999999",
        "2024-02-30",
        "2024-02-29",
        "01/01/0001",
        "a\0b",
        "é",
        "2024-02-29T12:00:00Z",
    ]);
    prop_oneof![
        weight => Just(Some(good.as_bytes().to_vec())),
        3 => hostile.prop_map(|text| Some(text.as_bytes().to_vec())),
        1 => Just(None),
        1 => prop::collection::vec(any::<u8>(), 0..6).prop_map(Some),
    ]
}

/// A record each of whose fields is good so many times as often as it is anything else.
fn record(good: u32) -> impl Strategy<Value = Raw> {
    let weighed = GOOD.iter().map(|text| field((text, 5 * good)).boxed());
    let fields: Vec<_> = weighed.collect();
    fields.prop_map(Raw)
}

proptest! {
    /// A struct and a row under its contract are one record, in what they take and in what they send.
    #[test]
    fn a_struct_is_as_its_row(raw in record(1)) {
        let (kinds, bad) = decoded(Kinds::blank(), &raw);
        let (row, of_row) = decoded(row(), &raw);
        prop_assert_eq!(&bad, &of_row);
        let good = |ordinal: &usize| bad.iter().all(|error| error.ordinal != *ordinal);
        for ordinal in (0..GOOD.len()).filter(good) {
            prop_assert_eq!(kinds.field(ordinal).to_value(), row.field(ordinal).to_value());
        }
    }

    /// What was sent is what is read back, by either.
    #[test]
    fn what_is_encoded_is_read_back(raw in record(20)) {
        let (kinds, bad) = decoded(Kinds::blank(), &raw);
        prop_assume!(bad.is_empty());
        let wire = wire(&kinds);
        prop_assert_eq!(wire.0.len(), GOOD.len());
        let (mut again, mut row) = (Kinds::blank(), row());
        again.read_from(&wire).unwrap();
        row.read_from(&wire).unwrap();
        prop_assert_eq!(&again, &kinds);
        prop_assert_eq!(values(&row), values(&kinds));
    }
}

#[test]
fn a_good_record_is_what_was_written() {
    let (kinds, bad) = decoded(Kinds::blank(), &raw(&GOOD));
    assert_eq!(bad, []);
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let expected = Kinds {
        flag: true,
        small: -7,
        number: 9_000_000_000,
        float: Some(0.5),
        price: Decimal::new(123_450, 2),
        note: Some(String::from("a note")),
        name: Pii::new(String::from("Ada")),
        day,
        at: day.and_hms_milli_opt(12, 0, 0, 250),
        instant: day.and_hms_opt(10, 0, 0).unwrap().and_utc(),
        further: Some(5),
    };
    assert_eq!(kinds, expected);
    assert!(kinds.field(GOOD.len()).is_null(), "beyond the last");
    assert!(row().field(GOOD.len()).is_null(), "beyond the last");
}

#[test]
fn every_bad_field_is_told_and_the_others_are_usable() {
    let mut texts = raw(&GOOD);
    texts.0[0] = Some(b"yes".to_vec());
    texts.0[2] = None;
    texts.0[5] = Some(b"ab\xff".to_vec());
    texts.0[6] = Some(b"a\0".to_vec());
    texts.0[10] = None;
    let expected = [
        (0, Fault::Malformed(Malformed("true or false"))),
        (2, Fault::Malformed(Malformed("a value, not NULL"))),
        (5, Fault::Utf8(2)),
        (6, Fault::Nul),
    ];
    let expected = expected.map(|(ordinal, fault)| FieldError { ordinal, fault });
    let (kinds, bad) = decoded(Kinds::blank(), &texts);
    assert_eq!(bad, expected);
    assert_eq!(
        (kinds.small, kinds.float, kinds.further),
        (-7, Some(0.5), None)
    );
    let (row, bad) = decoded(row(), &texts);
    assert_eq!(bad, expected);
    assert_eq!(row.field(1).to_value(), Value::Int(-7));
    let told = Malformed("true or false").to_string();
    assert_eq!(told, "expected true or false");
}

#[test]
fn a_column_that_is_not_there_is_null_where_that_may_be() {
    let mut map = map();
    (map[10], map[3], map[1]) = (None, None, None);
    let missing = [FieldError {
        ordinal: 1,
        fault: Fault::Malformed(Malformed("a value, not NULL")),
    }];
    let mut kinds = Kinds::blank();
    (kinds.float, kinds.further) = (Some(7.0), Some(7));
    let mut bad = Vec::new();
    kinds.decode_into(&raw(&GOOD), &map, &mut bad);
    assert_eq!(
        (kinds.float, kinds.further, &bad[..]),
        (None, None, &missing[..])
    );
    let mut row = row();
    bad.clear();
    row.decode_into(&raw(&GOOD), &map, &mut bad);
    assert_eq!((row.field(3).is_null(), &bad[..]), (true, &missing[..]));
}

/// A source that has looked at all fields as text already.
struct Texts(Vec<&'static str>);

impl RawFields for Texts {
    fn raw(&self, _: usize) -> Option<&[u8]> {
        panic!("the text is there")
    }

    fn text(&self, index: usize) -> Option<&str> {
        self.0.get(index).copied()
    }
}

#[test]
fn text_that_was_looked_at_is_not_looked_at_again() {
    let (kinds, bad) = decoded(Kinds::blank(), &Texts(GOOD.to_vec()));
    assert_eq!(
        (bad, kinds),
        (vec![], decoded(Kinds::blank(), &raw(&GOOD)).0)
    );
}

#[test]
fn what_the_server_sends_of_another_type_is_refused_by_column() {
    let (kinds, _) = decoded(Kinds::blank(), &raw(&GOOD));
    for ordinal in [0, 1, 2, 4, 7, 9] {
        for field in [None, Some(vec![0xff; 3])] {
            let mut wire = wire(&kinds);
            wire.0[ordinal] = field;
            let of_struct = Kinds::blank().read_from(&wire).unwrap_err();
            assert_eq!(of_struct.ordinal, ordinal);
            assert_eq!(row().read_from(&wire), Err(of_struct));
        }
    }
}

#[test]
fn there_is_no_column_beyond_the_last() {
    assert_eq!(Kinds::blank().put(GOOD.len(), Some("1")), Err(NO_COLUMN));
    assert_eq!(row().put(GOOD.len(), None), Err(NO_COLUMN));
    assert_eq!(Kinds::FURTHER.def().name, "further");
    assert!(Kinds::FURTHER.def().optional && Kinds::NAME.def().personal);
}
