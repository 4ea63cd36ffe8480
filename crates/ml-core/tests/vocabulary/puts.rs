use ml_core::{Fields, Malformed, Record, Typed, Value};
use proptest::prelude::*;

use crate::records::{GOOD, Kinds, decoded, raw, row, values};

/// What is put into columns has been standardised: it has no notation and no format of its own.
const PLAIN: [&str; 11] = [
    "false",
    "8",
    "-1",
    "1.5",
    "9.99",
    "NA",
    "Grace",
    "2024-03-01",
    "2024-03-01 00:00:00",
    "2024-03-01T00:00:00Z",
    "6",
];

fn text() -> impl Strategy<Value = Option<String>> {
    let texts = prop::sample::select(&PLAIN).prop_map(String::from);
    prop::option::of(prop_oneof![3 => texts, 1 => "\\PC{0,6}"])
}

proptest! {
    /// A struct and its row take the same, and what they refuse leaves the record as it was.
    #[test]
    fn what_is_refused_changes_nothing(ordinal in 0..GOOD.len(), text in text(), is_blank in any::<bool>()) {
        let (mut kinds, mut row) = (Kinds::blank(), row());
        if !is_blank {
            kinds = decoded(kinds, &raw(&GOOD)).0;
            row = decoded(row, &raw(&GOOD)).0;
        }
        let (of_struct, of_row) = (values(&kinds), values(&row));
        let put = kinds.put(ordinal, text.as_deref());
        prop_assert_eq!(row.put(ordinal, text.as_deref()), put);
        if put.is_err() {
            prop_assert_eq!(values(&kinds), of_struct);
            prop_assert_eq!(values(&row), of_row);
        } else {
            prop_assert_eq!(kinds.field(ordinal).to_value(), row.field(ordinal).to_value());
        }
    }
}

#[test]
fn text_is_put_as_everyone_writes_it() {
    let (mut kinds, mut row) = (Kinds::blank(), row());
    for (ordinal, text) in PLAIN.iter().enumerate() {
        kinds.put(ordinal, Some(text)).unwrap();
        row.put(ordinal, Some(text)).unwrap();
    }
    let mut plain = GOOD.to_vec();
    plain.copy_from_slice(&PLAIN);
    (plain[4], plain[7]) = ("9,99", "01/03/2024");
    let (mut expected, bad) = decoded(Kinds::blank(), &raw(&plain));
    assert_eq!(bad, []);
    // which stands for NULL in the source, and not here
    expected.put(5, Some("NA")).unwrap();
    assert_eq!(values(&kinds), values(&expected));
    assert_eq!(values(&row), values(&expected));
}

#[test]
fn empty_text_is_no_null() {
    let (mut kinds, mut row) = (Kinds::blank(), row());
    kinds.put(5, Some("")).unwrap();
    row.put(5, Some("")).unwrap();
    let text = || Value::from("");
    assert_eq!(
        (values(&kinds)[5].clone(), values(&row)[5].clone()),
        (text(), text())
    );
    kinds.put(5, None).unwrap();
    row.put(5, None).unwrap();
    assert!(kinds.field(5).is_null() && row.field(5).is_null());
    let refused = Err(Malformed("a value, not NULL"));
    assert_eq!((kinds.put(1, None), row.put(1, None)), (refused, refused));
}
