//! The views of a table: their figures, and that no change of its columns takes one away from who reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use metalayer::core::{ColumnDef, Kind, Records, Row, Type, Value};
use metalayer::prelude::*;

use crate::support::Fresh;

const CURRENT: &str = "silver.v_people_current";
const CHANGES: &str = "silver.v_people_changes";
const DISTINCT: &str = "silver.v_people_distinct";
const COMPLETENESS: &str = "silver.v_people_completeness";

/// People with an id, and other columns of text.
fn contract(dataset: &str, columns: &[&'static str]) -> Contract {
    let text = |name: &&'static str| ColumnDef {
        nullable: true,
        personal: *name == "name",
        ..ColumnDef::of(name, Type::Text)
    };
    let id = ColumnDef::of("id", Type::Int8);
    let contract = Contract {
        dataset: dataset.parse().unwrap(),
        columns: std::iter::once(id)
            .chain(columns.iter().map(text))
            .collect(),
        grain: vec![String::from("id")],
    };
    contract.checked().unwrap()
}

fn people(columns: &[&'static str]) -> Table {
    let contract = contract("silver.people", columns);
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, merge)
}

type Person<'a> = (i64, Option<&'a str>, Option<&'a str>);

/// Lands people and takes them in, as one load of silver.
async fn take_in(fresh: &Fresh, source: &str, people_there: &[Person<'_>]) {
    let from = Arc::new(contract("bronze.people", &["name", "note"]));
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let row = |(id, name, note): &Person<'_>| {
        let mut row = Row::new(Arc::clone(&from));
        row.set(0, Value::Int(*id)).unwrap();
        row.set(1, text(*name)).unwrap();
        row.set(2, text(*note)).unwrap();
        row
    };
    let landing = Table::landing((*from).clone());
    fresh.database.create(&landing).await.unwrap();
    let mut feed = Records::new(source, people_there.iter().map(row).collect());
    let mut store = Store::new(&fresh.database, &landing);
    let flow = Flow::new(Gate::off());
    flow.run(&mut feed, &mut store).await.unwrap();
    let same = |row: Row, _: &mut Report| Some(row);
    Increment::new(&fresh.database, "people", &from, &people(&["name", "note"]))
        .run(&flow, Row::new(from), &same)
        .await
        .unwrap();
}

/// Three people in three loads on two days.
async fn two_days() -> Fresh {
    let fresh = Fresh::migrated().await;
    let table = people(&["name", "note"]);
    fresh.database.create(&table).await.unwrap();
    fresh.database.create_views(&table).await.unwrap();
    let ada = (1, Some("Ada"), Some("x"));
    take_in(&fresh, "a", &[ada, (2, Some("Bob"), None)]).await;
    take_in(
        &fresh,
        "b",
        &[ada, (2, Some("Bob"), Some("y")), (3, None, None)],
    )
    .await;
    take_in(&fresh, "c", &[ada, ada]).await;
    let dated = "UPDATE meta.load SET finished_at = times.at FROM (VALUES \
        (1, '2024-03-01 23:59:59+00'::timestamptz), (2, '2024-03-02 00:00:00+00'), (3, '2024-03-02 09:00:00+00')) \
        AS times (nth, at), (SELECT load_id, row_number() OVER (ORDER BY load_id) AS nth FROM meta.load \
        WHERE dataset = 'silver.people') AS loads \
        WHERE loads.nth = times.nth AND load.load_id = loads.load_id";
    fresh.run(dated).await;
    fresh
}

async fn rows(fresh: &Fresh, view: &str, order: &str) -> String {
    let all = format!("SELECT string_agg(v::text, ' ' ORDER BY {order}) FROM {view} AS v");
    fresh.one(&all).await
}

async fn columns(fresh: &Fresh, view: &str) -> String {
    let names = "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) \
        FROM pg_attribute WHERE attnum > 0";
    fresh
        .one(&format!("{names} AND attrelid = '{view}'::regclass"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_those_counted_by_hand() {
    let fresh = two_days().await;
    assert_eq!(
        rows(&fresh, CURRENT, "id").await,
        "(1,Ada,x) (2,Bob,y) (3,,)"
    );
    // day, loads; read, accepted, quarantined, dropped; changed, rate
    assert_eq!(
        rows(&fresh, CHANGES, "day").await,
        "(2024-03-01,1,2,2,0,0,1,0.3333333333333333) (2024-03-02,2,5,4,0,1,2,0.6666666666666666)"
    );
    assert_eq!(
        rows(&fresh, COMPLETENESS, "day, column_name").await,
        "(2024-03-01,id,1,1,1) (2024-03-01,name,1,1,1) (2024-03-01,note,1,1,1) \
         (2024-03-02,id,2,2,1) (2024-03-02,name,2,1,0.5) (2024-03-02,note,2,1,0.5)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_the_same_for_every_reader() {
    let fresh = two_days().await;
    let days = |zone: &str| {
        format!(
            "WITH here AS MATERIALIZED (SELECT set_config('TimeZone', '{zone}', false)) \
             SELECT string_agg(day::text, ' ' ORDER BY day) FROM here, {CHANGES}"
        )
    };
    assert_eq!(
        fresh.one(&days("Asia/Tokyo")).await,
        "2024-03-01 2024-03-02"
    );
    assert_eq!(
        fresh.one(&days("America/Lima")).await,
        "2024-03-01 2024-03-02"
    );
}

/// Reads all views, and one that somebody has built upon them, until told to stop; answers how often.
async fn read_on(fresh: &Fresh, stop: &AtomicBool) -> u64 {
    let client = fresh.database.client().await.unwrap();
    let mut times = 0;
    while !stop.load(Ordering::Relaxed) {
        for view in [CURRENT, DISTINCT, CHANGES, COMPLETENESS, "report.names"] {
            // In one message: a view may have a column more between the parsing of a `*` and its execution.
            let read = client.simple_query(&format!("SELECT * FROM {view}")).await;
            read.unwrap_or_else(|error| panic!("{view}: {error:?}"));
        }
        times += 1;
    }
    times
}

/// What happens to a table in its life, each step followed by the program of that day.
async fn live(fresh: &Fresh) {
    let database = &fresh.database;
    // A column more, and the contract in another order.
    fresh
        .run("ALTER TABLE silver.people ADD COLUMN mail text COLLATE \"C\"")
        .await;
    let table = people(&["mail", "note", "name"]);
    database.create_views(&table).await.unwrap();
    assert_eq!(
        columns(fresh, CURRENT).await,
        "id bigint, name text, note text, mail text"
    );
    // A column fewer: first in the contract, then in the table.
    let table = people(&["mail", "name"]);
    database.create_views(&table).await.unwrap();
    fresh
        .run("ALTER TABLE silver.people DROP COLUMN note")
        .await;
    database.create_views(&table).await.unwrap();
    assert_eq!(
        rows(fresh, CURRENT, "id").await,
        "(1,Ada,,) (2,Bob,,) (3,,,)"
    );
    // It comes back.
    fresh
        .run("ALTER TABLE silver.people ADD COLUMN note text COLLATE \"C\" DEFAULT 'n'")
        .await;
    database
        .create_views(&people(&["note", "mail", "name"]))
        .await
        .unwrap();
    assert_eq!(
        rows(fresh, CURRENT, "id").await,
        "(1,Ada,n,) (2,Bob,n,) (3,,n,)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_the_table_takes_a_view_away() {
    let fresh = two_days().await;
    fresh
        .run(&format!(
            "CREATE SCHEMA report; CREATE VIEW report.names AS SELECT id, name, note FROM {CURRENT}; \
             GRANT SELECT ON {CURRENT}, {DISTINCT}, {CHANGES} TO PUBLIC; \
             ALTER VIEW {CURRENT} SET (security_barrier = true)"
        ))
        .await;
    let kept = format!(
        "SELECT string_agg(oid::text || relname || relacl::text || coalesce(reloptions::text, ''), ' ' ORDER BY oid) \
         FROM pg_class WHERE oid IN ('{CURRENT}'::regclass, '{DISTINCT}'::regclass, '{CHANGES}'::regclass, 'report.names'::regclass)"
    );
    let before = fresh.one(&kept).await;
    assert!(before.contains("security_barrier=true"), "{before}");
    let stop = AtomicBool::new(false);
    let alter = async {
        live(&fresh).await;
        stop.store(true, Ordering::Relaxed);
    };
    let (times, ()) = tokio::join!(read_on(&fresh, &stop), alter);
    assert!(times > 0);
    assert_eq!(fresh.one(&kept).await, before);
    assert_eq!(
        columns(&fresh, COMPLETENESS).await,
        "day date, column_name text, rows bigint, rows_filled bigint, completeness double precision"
    );
    let of = format!("SELECT count(DISTINCT column_name) FROM {COMPLETENESS}");
    assert_eq!(fresh.one(&of).await, "4");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_keep_the_types_they_know() {
    let fresh = two_days().await;
    fresh
        .database
        .create_views(&people(&["name"]))
        .await
        .unwrap();
    fresh
        .run("ALTER TABLE silver.people ALTER COLUMN note TYPE bigint USING NULL")
        .await;
    let mut changed = contract("silver.people", &["name", "note"]);
    changed.columns[2].ty = Type::Int8;
    let merge = Merge::on_grain(&changed).unwrap();
    let error = fresh
        .database
        .create_views(&Table::merged(changed, merge))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert_eq!(
        error.to_string(),
        "silver.v_people_current has column note as text, its table as bigint: readers keep the types they know, so \
         give the column a new name"
    );
    assert_eq!(
        columns(&fresh, CURRENT).await,
        "id bigint, name text, note text"
    );
}

/// A reader in the middle of something would be waited for, and lets nobody else in meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn views_that_are_right_are_not_touched() {
    let fresh = two_days().await;
    let mut client = fresh.database.client().await.unwrap();
    let reader = client.transaction().await.unwrap();
    reader
        .query(&format!("SELECT * FROM {CURRENT}"), &[])
        .await
        .unwrap();
    let table = people(&["name", "note"]);
    fresh.database.create_views(&table).await.unwrap();
    let fewer = fresh.database.create_views(&people(&["note"])).await;
    assert_eq!(fewer.unwrap_err().kind(), Kind::Conflict);
    reader.rollback().await.unwrap();
    assert_eq!(
        rows(&fresh, CURRENT, "id").await,
        "(1,Ada,x) (2,Bob,y) (3,,)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_cannot_leave_their_place() {
    let fresh = Fresh::migrated().await;
    let contract = Contract {
        dataset: "silver.\"'{x}'; --".parse().unwrap(),
        columns: vec![ColumnDef::of("it's \"{y}\" $1", Type::Bool)],
        grain: Vec::new(),
    };
    let table = Table::landing(contract.checked().unwrap());
    fresh.database.create(&table).await.unwrap();
    fresh.database.create_views(&table).await.unwrap();
    fresh
        .run(r#"TABLE silver."v_""'{x}'; --_completeness"; TABLE silver."v_""'{x}'; --_changes""#)
        .await;
}
