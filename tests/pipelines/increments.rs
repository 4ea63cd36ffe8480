//! Increments and their surroundings: names, types, keys, and records that cannot be merged.

use metalayer::core::{
    Fingerprint, Kind, Load as _, LoadKey, Records, Scorecard, Store as _, Verdict,
};
use metalayer::prelude::*;

use crate::support::{Fresh, begun, open};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.a")]
struct A {
    id: i64,
    name: Option<String>,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.b")]
struct B {
    id: i64,
    name: Option<String>,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.s", grain = "id, name")]
struct Clean {
    id: i64,
    name: Option<String>,
}

fn merged() -> Table {
    let contract = Contract::of::<Clean>().unwrap();
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, merge)
}

async fn tables() -> Fresh {
    let fresh = Fresh::migrated().await;
    for table in [
        Table::landing(Contract::of::<A>().unwrap()),
        Table::landing(Contract::of::<B>().unwrap()),
        merged(),
    ] {
        fresh.database.create(&table).await.unwrap();
    }
    fresh
}

async fn land<T: Typed>(fresh: &Fresh, name: &str, records: Vec<T>) {
    let table = Table::landing(Contract::of::<T>().unwrap());
    let mut store = Store::new(&fresh.database, &table);
    let outcome = Flow::new(Gate::off())
        .run(&mut Records::new(name, records), &mut store)
        .await;
    assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
}

fn a(id: i64, name: &str) -> A {
    A {
        id,
        name: Some(name.to_owned()),
    }
}

fn increment<T: Typed>(fresh: &Fresh) -> Increment {
    Increment::new(
        &fresh.database,
        "same name",
        &Contract::of::<T>().unwrap(),
        &merged(),
    )
}

fn from_a(a: A, _: &mut Report) -> Option<Clean> {
    Some(Clean {
        id: a.id,
        name: a.name,
    })
}

fn from_b(b: B, _: &mut Report) -> Option<Clean> {
    Some(Clean {
        id: b.id,
        name: b.name,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_one_name_lose_nothing() {
    let fresh = tables().await;
    let flow = Flow::new(Gate::default());
    let (of_a, of_b) = (increment::<A>(&fresh), increment::<B>(&fresh));
    for round in 0..3 {
        land(&fresh, &format!("a{round}"), vec![a(round, "a")]).await;
        let b = B {
            id: round,
            name: None,
        };
        land(&fresh, &format!("b{round}"), vec![b]).await;
        of_a.run(&flow, A::blank(), &from_a).await.unwrap();
        of_b.run(&flow, B::blank(), &from_b).await.unwrap();
    }
    assert_eq!(fresh.one("SELECT count(*) FROM silver.s").await, "6");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_another_type_is_refused() {
    let fresh = tables().await;
    land(&fresh, "a", vec![a(1, "a")]).await;
    fresh
        .run("ALTER TABLE bronze.a ALTER COLUMN id TYPE double precision")
        .await;
    let run = increment::<A>(&fresh)
        .run(&Flow::new(Gate::default()), A::blank(), &from_a)
        .await;
    let error = run.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract, "{error:?}");
    assert!(error.to_string().contains("column id is float8"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_without_its_key_is_refused() {
    let fresh = tables().await;
    fresh
        .run("DROP TABLE silver.s; CREATE TABLE silver.s (id bigint NOT NULL, name text, _load_id bigint NOT NULL, \
            _record_no bigint NOT NULL, _changed_load bigint NOT NULL, \
            _row_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY, _deleted boolean NOT NULL DEFAULT false, UNIQUE (id, name))")
        .await;
    let error = fresh.database.check(&merged()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract, "{error:?}");
    assert!(error.to_string().contains("unique key"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_index_can_hold_is_held_alone() {
    let fresh = tables().await;
    land(&fresh, "good", vec![a(1, "a")]).await;
    let long: String = (0..9_000_u32)
        .map(|n| char::from(b'a' + (n * n % 23) as u8))
        .collect();
    land(&fresh, "bad", vec![a(2, &long), a(3, "b")]).await;
    let run = increment::<A>(&fresh)
        .run(&Flow::new(Gate::default()), A::blank(), &from_a)
        .await
        .unwrap();
    assert_eq!(run.applied.unwrap().card.accepted, 1);
    assert_eq!(run.held[0].card.rules["grain.size"].violations, 1);
    assert_eq!(fresh.one("SELECT count(*) FROM silver.s").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_stage_says_can_be_written_down() {
    let fresh = tables().await;
    land(&fresh, "a", vec![a(1, "a"), a(2, "b")]).await;
    let strange = |a: A, report: &mut Report| -> Option<Clean> {
        match a.id {
            1 => report.drop(format!("a\0{}", "long ".repeat(2_000))),
            _ => from_a(a, report),
        }
    };
    let flow = Flow::new(Gate::default());
    let run = increment::<A>(&fresh)
        .run(&flow, A::blank(), &strange)
        .await;
    assert_eq!(run.unwrap().card().accepted, 1);
    assert_eq!(
        fresh.one("SELECT sum(records) FROM meta.drop_result").await,
        "1"
    );
}

/// The card of a feed of the host's may have one.
#[tokio::test(flavor = "multi_thread")]
async fn a_reason_without_a_record_is_not_written_down() {
    let fresh = tables().await;
    let table = Table::landing(Contract::of::<A>().unwrap());
    let mut store = Store::new(&fresh.database, &table);
    let key = LoadKey {
        source: String::from("none.csv"),
        sha256: None,
        rules: Fingerprint::of("rules"),
    };
    let load = begun(store.begin(key).await);
    let mut card = Scorecard::default();
    card.dropped.insert(String::from("none"), 0);
    load.publish(Verdict::Applied, card).await.unwrap();
    assert_eq!(
        fresh.one("SELECT count(*) FROM meta.drop_result").await,
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_connection_died_gets_another() {
    let fresh = tables().await;
    let table = Table::landing(Contract::of::<A>().unwrap());
    let database = open(&fresh.url, 1);
    let mut store = Store::new(&database, &table);
    let flow = Flow::new(Gate::default());
    flow.run(&mut Records::new("one", vec![a(1, "a")]), &mut store)
        .await
        .unwrap();
    fresh
        .run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let outcome = flow
        .run(&mut Records::new("two", vec![a(2, "b")]), &mut store)
        .await;
    assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
}

/// One who was cancelled while waiting must not get the lock afterwards and keep it.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_migration_leaves_no_lock() {
    let fresh = Fresh::migrated().await;
    let holder = fresh.database.client().await.unwrap();
    let lock = i64::from_be_bytes(*b"mlmigrat");
    holder
        .batch_execute(&format!("SELECT pg_advisory_lock({lock})"))
        .await
        .unwrap();
    let waiting = open(&fresh.url, 1);
    let cancelled = tokio::time::timeout(std::time::Duration::from_millis(300), waiting.migrate());
    assert!(cancelled.await.is_err());
    holder
        .batch_execute(&format!("SELECT pg_advisory_unlock({lock})"))
        .await
        .unwrap();
    let other = tokio::time::timeout(std::time::Duration::from_secs(10), fresh.database.migrate());
    other.await.expect("the lock is free").unwrap();
    assert!(waiting.migrate().await.is_ok());
}
