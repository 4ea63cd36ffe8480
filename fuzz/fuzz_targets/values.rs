//! Every decoder over any bytes, in any notation and format: what it makes of them is written and read back, or refused.
#![no_main]

use std::borrow::Cow;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use libfuzzer_sys::fuzz_target;
use ml_core::{
    ColumnDef, Contract, Dataset, FieldError, Fields, Notation, RawFields, Record, Row, Type, Value,
};

const TYPES: [Type; 9] = [
    Type::Bool,
    Type::Int4,
    Type::Int8,
    Type::Float8,
    Type::Numeric,
    Type::Text,
    Type::Date,
    Type::Timestamp,
    Type::Timestamptz,
];
const MARKS: [Option<char>; 6] = [
    None,
    Some(','),
    Some('.'),
    Some('\''),
    Some(' '),
    Some('\u{2019}'),
];
const FORMATS: [&str; 8] = [
    "%d.%m.%Y",
    "%m/%d/%y",
    "%Y-%m-%d %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%+",
    "%Y-%m-%dT%H:%M:%S%z",
    "%s",
    "%e %b %Y %I:%M %p",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((head, text)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    let (format, text) = format(head[3], text);
    let Ok(contract) = contract(head, format) else {
        return;
    };
    let ty = contract.columns[0].ty;
    let contract = Arc::new(contract);
    let Ok(row) = decoded(&contract, text) else {
        return;
    };
    let value = row.field(0).to_value();
    assert!(
        contract.columns[0].nullable || value != Value::Null,
        "NULL where none may be"
    );
    assert!(!text.contains(&0) && std::str::from_utf8(text).is_ok());
    let mut wire = BytesMut::new();
    row.encode(&mut wire);
    let read = read_back(&contract, &wire);
    assert!(
        is_same(&read, &value),
        "{ty}: {value:?} was written and {read:?} read"
    );
    if let Some(written) = written(&value) {
        let plain = Arc::new(Contract {
            columns: vec![ColumnDef::of("value", ty)],
            ..(*contract).clone()
        });
        let again = decoded(&plain, written.as_bytes()).expect("what we write we read");
        let again = again.field(0).to_value();
        assert!(
            is_same(&again, &value),
            "{ty}: {written} was written and {again:?} read"
        );
    }
});

fn format(choice: u8, text: &[u8]) -> (Option<String>, &[u8]) {
    match choice {
        0..64 => (None, text),
        64..192 => (Some(FORMATS[choice as usize % FORMATS.len()].into()), text),
        192.. => {
            let end = text
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(text.len());
            let (format, text) = text.split_at(end);
            (
                Some(String::from_utf8_lossy(format).into_owned()),
                text.get(1..).unwrap_or_default(),
            )
        }
    }
}

fn contract(head: &[u8; 4], format: Option<String>) -> ml_core::Result<Contract> {
    let [ty, marks, null, _] = *head;
    let tokens: &[Cow<'static, str>] = match null % 4 {
        0 | 1 => &[],
        2 => &[Cow::Borrowed("NA")],
        _ => &[Cow::Borrowed("NA"), Cow::Borrowed("")],
    };
    let column = ColumnDef {
        nullable: null % 8 >= 4,
        format: format.map(Cow::Owned),
        notation: Notation {
            null: Cow::Owned(tokens.to_vec()),
            decimal: MARKS[marks as usize % MARKS.len()],
            thousands: MARKS[marks as usize / MARKS.len() % MARKS.len()],
        },
        ..ColumnDef::of("value", TYPES[ty as usize % TYPES.len()])
    };
    let dataset: Dataset = Dataset::of("bronze", "values");
    Contract {
        dataset,
        columns: vec![column],
        grain: Vec::new(),
    }
    .checked()
}

struct One<'a>(Option<&'a [u8]>);

impl RawFields for One<'_> {
    fn raw(&self, _: usize) -> Option<&[u8]> {
        self.0
    }
}

fn decoded(contract: &Arc<Contract>, text: &[u8]) -> Result<Row, Vec<FieldError>> {
    let (mut row, mut bad) = (Row::new(Arc::clone(contract)), Vec::new());
    row.decode_into(&One(Some(text)), &[Some(0)], &mut bad);
    if bad.is_empty() { Ok(row) } else { Err(bad) }
}

fn read_back(contract: &Arc<Contract>, wire: &[u8]) -> Value {
    let mut rest = wire;
    let length = rest.get_i32();
    let bytes = (length >= 0).then_some(rest);
    assert_eq!(bytes.map_or(-1, |bytes| bytes.len() as i32), length);
    let mut row = Row::new(Arc::clone(contract));
    row.read_from(&One(bytes)).expect("what we encode we read");
    row.field(0).to_value()
}

/// As it is stored: a zero keeps its scale and loses its sign.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        (Value::Decimal(one), Value::Decimal(other)) => {
            one == other && one.scale() == other.scale()
        }
        (one, other) => one == other,
    }
}

/// As everyone writes it.
fn written(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:e}"),
        Value::Decimal(value) => value.to_string(),
        Value::Text(value) => value.clone(),
        Value::Date(value) => value.to_string(),
        Value::Timestamp(value) => value.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        Value::Timestamptz(value) => value.to_rfc3339(),
    })
}
