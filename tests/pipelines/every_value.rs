//! C10, P17: 100,000 values of each type through the real server: none is refused, and each is read back as it was.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate};
use metalayer::core::{ColumnDef, Fields, RawFields, Records, Row, Type, Value};
use metalayer::prelude::*;
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, Type as Wire};

use crate::differential::values::{Dice, hostile};
use crate::support::Fresh;

pub(crate) const TYPES: [Type; 9] = [
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

fn contract() -> Contract {
    let column = |ty: Type| ColumnDef {
        nullable: true,
        name: format!("of {ty}").into(),
        header: format!("of {ty}").into(),
        ..ColumnDef::of("", ty)
    };
    let contract = Contract {
        dataset: "bronze.everything".parse().unwrap(),
        columns: TYPES.map(column).to_vec(),
        grain: Vec::new(),
    };
    contract.checked().unwrap()
}

/// Any value of a type that a decoder can make, bit by bit.
fn any(ty: Type, dice: &mut Dice) -> Value {
    let mut bits = || ((dice.roll(1 << 32) as u64) << 32) | dice.roll(1 << 32) as u64;
    let (one, other) = (bits(), bits());
    let shorter = (one as i64) >> (other % 64);
    match ty {
        Type::Bool => (one % 2 == 0).into(),
        Type::Int4 => i64::from(shorter as i32).into(),
        Type::Int8 => shorter.into(),
        Type::Float8 => f64::from_bits(one).into(),
        Type::Numeric => {
            let digits = i128::from(shorter) * i128::from(other >> (other % 60)) % 10_i128.pow(28);
            Decimal::from_i128_with_scale(digits, (other % 29) as u32).into()
        }
        Type::Text => {
            let chars = (0..one % 20).map(|_| dice.roll(0x11_0000) >> dice.roll(16));
            let chars = chars.filter_map(|code| char::from_u32(code as u32));
            chars.filter(|c| *c != '\0').collect::<String>().into()
        }
        Type::Date => day(one).into(),
        Type::Timestamp => moment(one).naive_utc().into(),
        Type::Timestamptz => moment(one).into(),
    }
}

/// Of the years 1 to 9999.
fn day(bits: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap() + Days::new(bits % 3_652_059)
}

fn moment(bits: u64) -> DateTime<chrono::Utc> {
    let first = day(0).and_hms_opt(0, 0, 0).unwrap().and_utc();
    let micros = bits % (3_652_059 * 86_400_000_000);
    DateTime::from_timestamp_micros(first.timestamp_micros() + micros as i64).unwrap()
}

/// So many rows: every hostile value, then any.
fn rows(count: usize, contract: &Arc<Contract>) -> Vec<Row> {
    let mut dice = Dice(10);
    let hostile: Vec<Vec<Value>> = TYPES.map(hostile).to_vec();
    let mut row = |number: usize| {
        let mut row = Row::new(Arc::clone(contract));
        for (ordinal, ty) in TYPES.into_iter().enumerate() {
            let value = match hostile[ordinal].get(number) {
                Some(hostile) => hostile.clone(),
                None => any(ty, &mut dice),
            };
            row.set(ordinal, value).unwrap();
        }
        row
    };
    (0..count).map(&mut row).collect()
}

/// A field as the server sends it.
pub(crate) struct Field<'a>(pub(crate) &'a [u8]);

impl<'a> FromSql<'a> for Field<'a> {
    fn from_sql(
        _: &Wire,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Field(raw))
    }

    fn accepts(_: &Wire) -> bool {
        true
    }
}

struct Sent<'a>(&'a tokio_postgres::Row);

impl RawFields for Sent<'_> {
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.0
            .get::<_, Option<Field<'_>>>(index)
            .map(|field| field.0)
    }
}

/// To the bit of a float, NaN and zeros too, and with the scale of a number.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        (Value::Decimal(one), Value::Decimal(other)) => {
            one == other && one.scale() == other.scale()
        }
        (one, other) => one == other,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_of_each_type_come_back_as_they_were() {
    const COUNT: usize = 100_000;
    let contract = Arc::new(contract());
    let rows = rows(COUNT, &contract);
    let fresh = Fresh::migrated().await;
    let table = Table::landing((*contract).clone());
    fresh.database.create(&table).await.unwrap();
    let mut store = Store::new(&fresh.database, &table);
    let mut feed = Records::new("everything", rows.clone());
    let outcome = Flow::new(Gate::default())
        .run(&mut feed, &mut store)
        .await
        .unwrap();
    assert_eq!(outcome.receipt().unwrap().card.accepted, COUNT as u64);

    let names: Vec<_> = TYPES.iter().map(|ty| format!("\"of {ty}\"")).collect();
    let query = format!(
        "SELECT {} FROM bronze.everything ORDER BY _record_no",
        names.join(", ")
    );
    let sent = fresh
        .database
        .client()
        .await
        .unwrap()
        .query(&query, &[])
        .await
        .unwrap();
    assert_eq!(sent.len(), COUNT);
    let mut back = Row::new(contract);
    for (row, sent) in rows.iter().zip(&sent) {
        back.read_from(&Sent(sent)).unwrap();
        for (ordinal, ty) in TYPES.into_iter().enumerate() {
            let (was, is) = (
                row.field(ordinal).to_value(),
                back.field(ordinal).to_value(),
            );
            assert!(is_same(&was, &is), "{ty}: {was:?} came back as {is:?}");
        }
    }
}
