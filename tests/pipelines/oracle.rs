//! P6, through a server: our encoder against the driver's writer of binary COPYs: the same bytes out of the server, for every type.

use std::pin::pin;
use std::sync::Arc;

use bytes::BytesMut;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use futures_util::TryStreamExt;
use metalayer::core::{ColumnDef, Dataset, Fields, Records, Row, Type, Value, ValueRef};
use metalayer::prelude::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::ToSql;

use crate::support::Fresh;

const ROWS: usize = 20_000;
const TYPES: [(&str, Type); 9] = [
    ("bool", Type::Bool),
    ("int4", Type::Int4),
    ("int8", Type::Int8),
    ("float8", Type::Float8),
    ("numeric", Type::Numeric),
    ("text", Type::Text),
    ("date", Type::Date),
    ("timestamp", Type::Timestamp),
    ("timestamptz", Type::Timestamptz),
];

fn contract(table: &'static str) -> Contract {
    let column = |(name, ty)| ColumnDef {
        nullable: true,
        ..ColumnDef::of(name, ty)
    };
    Contract {
        dataset: Dataset::of("bronze", table),
        columns: TYPES.map(column).to_vec(),
        grain: Vec::new(),
    }
}

/// Years 1 to 9999, as the decoder lets them in.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    let micros = -62_135_596_800_000_000_i64..253_402_300_800_000_000;
    micros.prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap())
}

/// But for zeros with a scale, which the driver's side does not keep.
fn decimals() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![
        any::<i64>().prop_map(i128::from),
        -(1_i128 << 96) + 1..1_i128 << 96
    ];
    (mantissa, 0_u32..=28).prop_map(|(mantissa, scale)| match mantissa {
        0 => Decimal::ZERO,
        _ => Decimal::from_i128_with_scale(mantissa, scale),
    })
}

fn value(ty: Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map_into().boxed(),
        Type::Int4 => any::<i32>().prop_map_into().boxed(),
        Type::Int8 => any::<i64>().prop_map_into().boxed(),
        Type::Float8 => any::<f64>().prop_map_into().boxed(),
        Type::Numeric => decimals().prop_map_into().boxed(),
        Type::Text => "[^\0]{0,40}".prop_map(Value::from).boxed(),
        Type::Date => instants().prop_map(|at| at.date_naive().into()).boxed(),
        Type::Timestamp => instants().prop_map(|at| at.naive_utc().into()).boxed(),
        Type::Timestamptz => instants().prop_map_into().boxed(),
    }
}

fn rows(contract: &Arc<Contract>) -> Vec<Row> {
    let strategies = TYPES.map(|(_, ty)| prop_oneof![1 => Just(Value::Null), 9 => value(ty)]);
    let mut runner = TestRunner::deterministic();
    let row = |_| {
        let mut row = Row::new(Arc::clone(contract));
        for (ordinal, strategy) in strategies.iter().enumerate() {
            let value = strategy.new_tree(&mut runner).unwrap().current();
            row.set(ordinal, value).unwrap();
        }
        row
    };
    (0..ROWS).map(row).collect()
}

/// The value as the driver writes it.
fn to_sql(value: ValueRef<'_>, ty: Type) -> Box<dyn ToSql + Sync + Send> {
    match (value, ty) {
        (ValueRef::Null, _) => Box::new(None::<Nothing>),
        (ValueRef::Bool(v), _) => Box::new(v),
        (ValueRef::Int(v), Type::Int4) => Box::new(v as i32),
        (ValueRef::Int(v), _) => Box::new(v),
        (ValueRef::Float(v), _) => Box::new(v),
        (ValueRef::Decimal(v), _) => Box::new(v),
        (ValueRef::Text(v), _) => Box::new(v.to_owned()),
        (ValueRef::Date(v), _) => Box::<NaiveDate>::new(v),
        (ValueRef::Timestamp(v), _) => Box::<NaiveDateTime>::new(v),
        (ValueRef::Timestamptz(v), _) => Box::<DateTime<Utc>>::new(v),
    }
}

/// NULL of any type.
#[derive(Debug)]
struct Nothing;

impl ToSql for Nothing {
    fn to_sql(
        &self,
        _: &tokio_postgres::types::Type,
        _: &mut BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(tokio_postgres::types::IsNull::Yes)
    }

    fn accepts(_: &tokio_postgres::types::Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

async fn by_the_driver(fresh: &Fresh, rows: &[Row]) {
    let client = fresh.database.client().await.unwrap();
    let names = TYPES.map(|(name, _)| format!("\"{name}\"")).join(", ");
    let copy = format!("COPY bronze.theirs (_load_id, _record_no, {names}) FROM STDIN BINARY");
    let sink = client.copy_in(&copy).await.unwrap();
    let int8 = tokio_postgres::types::Type::INT8;
    let mut types = vec![int8.clone(), int8];
    types.extend(TYPES.map(|(_, ty)| ty.wire()));
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
    for (number, row) in rows.iter().enumerate() {
        let mut values: Vec<Box<dyn ToSql + Sync + Send>> =
            vec![Box::new(1_i64), Box::new(number as i64 + 1)];
        let fields = TYPES.iter().enumerate();
        values.extend(fields.map(|(ordinal, (_, ty))| to_sql(row.field(ordinal), *ty)));
        writer.as_mut().write_raw(values).await.unwrap();
    }
    writer.finish().await.unwrap();
}

/// What the server holds, as it sends it.
async fn held(fresh: &Fresh, table: &str) -> BytesMut {
    let client = fresh.database.client().await.unwrap();
    let copy = format!("COPY (SELECT * FROM bronze.{table} ORDER BY _record_no) TO STDOUT BINARY");
    let stream = client.copy_out(&copy).await.unwrap();
    let pieces = stream.try_fold(BytesMut::new(), |mut all, piece| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    });
    pieces.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_holds_what_the_driver_would_have_sent() {
    let fresh = Fresh::migrated().await;
    let rows = rows(&Arc::new(contract("ours")));
    for table in ["ours", "theirs"] {
        let table = Table::landing(contract(table));
        fresh.database.create(&table).await.unwrap();
    }
    by_the_driver(&fresh, &rows).await;
    let table = Table::landing(contract("ours"));
    let (mut store, mut feed) = (
        Store::new(&fresh.database, &table),
        Records::new("all", rows),
    );
    let outcome = Flow::new(Gate::off()).run(&mut feed, &mut store).await;
    assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
    assert_eq!(
        fresh.one("SELECT min(_load_id) FROM bronze.ours").await,
        "1"
    );
    let (ours, theirs) = (held(&fresh, "ours").await, held(&fresh, "theirs").await);
    let apart = ours
        .iter()
        .zip(&theirs)
        .position(|(one, other)| one != other);
    assert_eq!((apart, ours.len()), (None, theirs.len()));
}
