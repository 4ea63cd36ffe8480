//! What a row takes of a page. Source: PostgreSQL, "Database Page Layout" and "TOAST" in its documentation, and
//! `heap_form_tuple`.

use bytes::{Buf, BytesMut};

use crate::{Record, Type};

/// How many bytes a row may take of a page of 8 KiB: all but the page's header and the pointer to the row.
pub const MOST_TUPLE_BYTES: usize = 8_160;

/// No value takes more of its page; beyond, the server packs it or moves it out.
const MOST_VALUE_BYTES: usize = 24;

/// Whether rows of so many columns can be too large for a page.
pub const fn can_be_too_large(columns: usize) -> bool {
    columns * MOST_VALUE_BYTES + columns / 8 + 64 > MOST_TUPLE_BYTES
}

/// How many bytes a row of a record and its lineage takes of its page at least. Above [`MOST_TUPLE_BYTES`] no server
/// takes it, and with it the whole load; below, long texts can still be too many, where they cannot be packed well.
pub fn least_tuple_bytes(record: &impl Record) -> usize {
    let mut encoded = BytesMut::new();
    record.encode(&mut encoded);
    let (mut data, mut has_null) = (0, false);
    for column in record.columns() {
        match usize::try_from(encoded.get_i32()) {
            Ok(length) => {
                encoded.advance(length);
                let (align, bytes) = stored(column.ty, length);
                data = aligned(data, align) + bytes;
            }
            Err(_) => has_null = true,
        }
    }
    let nulls = (record.columns().len() + 2).div_ceil(8);
    let header = aligned(23 + if has_null { nulls } else { 0 }, 8);
    // load and record
    header + aligned(data, 8) + 16
}

/// Alignment and least size of a value that has so many bytes when it is sent.
fn stored(ty: Type, length: usize) -> (usize, usize) {
    match ty {
        Type::Bool => (1, 1),
        Type::Int4 | Type::Date => (4, 4),
        Type::Int8 | Type::Float8 | Type::Timestamp | Type::Timestamptz => (8, 8),
        // sent with a header of eight bytes, kept with one of three
        Type::Numeric => (1, length - 5),
        Type::Text => (1, text(length)),
    }
}

const fn text(length: usize) -> usize {
    match length {
        0..24 => length + 1,
        // a pointer to where it was moved
        24..32 => 18,
        // packed, where it is the same over and over
        _ => 12,
    }
}

const fn aligned(bytes: usize, to: usize) -> usize {
    bytes.next_multiple_of(to)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{ColumnDef, Contract, Row, Value};
    use rust_decimal::dec;

    fn bytes(values: Vec<(Type, Value)>) -> usize {
        let column = |(at, ty): (usize, &Type)| ColumnDef {
            name: format!("c{at}").into(),
            ..ColumnDef::of("", *ty)
        };
        let types = values.iter().map(|(ty, _)| ty).enumerate();
        let contract = Contract {
            dataset: "bronze.rows".parse().unwrap(),
            columns: types.map(column).collect(),
            grain: Vec::new(),
        };
        let mut row = Row::new(Arc::new(contract));
        for (ordinal, (_, value)) in values.into_iter().enumerate() {
            row.set(ordinal, value).unwrap();
        }
        least_tuple_bytes(&row)
    }

    #[test]
    fn values_stand_where_they_may() {
        let int4 = || (Type::Int4, Value::Int(1));
        let int8 = || (Type::Int8, Value::Int(1));
        assert_eq!(bytes(vec![int8()]), 24 + 8 + 16);
        assert_eq!(bytes(vec![(Type::Int8, Value::Null)]), 24 + 16);
        assert_eq!(bytes(vec![int4(), int8(), int4()]), 24 + 24 + 16);
        let eight = vec![(Type::Int8, Value::Null); 8];
        assert_eq!(bytes(eight), 32 + 16);
        let text = |length| (Type::Text, Value::Text("x".repeat(length)));
        assert_eq!(
            bytes(vec![text(23), text(24), text(6), text(900)]),
            24 + 24 + 18 + 7 + 12 + 3 + 16
        );
        // two digits to the base of 10,000
        let price = (Type::Numeric, Value::Decimal(dec!(1.50)));
        assert_eq!(bytes(vec![price.clone(), price]), 24 + 14 + 2 + 16);
    }

    #[test]
    fn few_columns_fit_whatever_is_in_them() {
        assert!(!can_be_too_large(300) && can_be_too_large(400));
    }

    /// What no value makes longer than 24 bytes fits 335 times, whatever the values are.
    #[test]
    fn so_many_columns_always_fit() {
        assert!(!can_be_too_large(335) && can_be_too_large(336));
        let widest = |_| (Type::Text, Value::Text("x".repeat(23)));
        assert!(bytes((0..335).map(widest).collect()) <= MOST_TUPLE_BYTES);
        assert!(bytes((0..340).map(widest).collect()) > MOST_TUPLE_BYTES);
    }

    #[test]
    fn every_type_takes_what_the_server_gives_it() {
        let day = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let noon = day.and_hms_opt(12, 0, 0).unwrap();
        let one_byte = || (Type::Bool, Value::Bool(true));
        let kinds = [
            (Type::Date, Value::Date(day), 4),
            (Type::Float8, Value::Float(0.5), 8),
            (Type::Timestamp, Value::Timestamp(noon), 8),
            (Type::Timestamptz, Value::Timestamptz(noon.and_utc()), 8),
        ];
        for (ty, value, width) in kinds {
            assert_eq!(
                bytes(vec![one_byte(), (ty, value), one_byte()]),
                24 + (2 * width + 8) / 8 * 8 + 16,
                "{ty}"
            );
        }
        assert_eq!(
            bytes(vec![(Type::Text, Value::Text(String::new())); 8]),
            24 + 8 + 16
        );
    }

    /// 14 columns and the two of the lineage fill two bytes of NULLs, 15 columns a third one.
    #[test]
    fn a_null_costs_a_bit_of_every_column() {
        let nulls = |columns| bytes(vec![(Type::Int8, Value::Null); columns]);
        assert_eq!(
            (nulls(6), nulls(7), nulls(70), nulls(71)),
            (24 + 16, 32 + 16, 32 + 16, 40 + 16)
        );
    }
}
