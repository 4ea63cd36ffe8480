//! Landing tables: without a key, and with the one they used to have; how silver reads many small loads.

use metalayer::core::{Kind, Records};
use metalayer::prelude::*;
use ml_chaos::Proxy;

use crate::guests;
use crate::support::{Fresh, open};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.landed")]
struct Landed {
    id: i64,
    load: i32,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.things", grain = "id")]
struct Thing {
    id: i64,
    load: i32,
}

const INDEXES: &str = "SELECT string_agg(amname || ' ' || indisunique, ', ') FROM pg_index \
    JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam \
    WHERE indrelid = 'bronze.landed'::regclass";

fn landing() -> Table {
    Table::landing(Contract::of::<Landed>().unwrap())
}

async fn land(fresh: &Fresh, load: i32, rows: i64) {
    let records = (0..rows).map(|row| Landed {
        id: i64::from(load) * 1_000 + row,
        load,
    });
    let mut feed = Records::new(format!("load {load}"), records.collect());
    let mut store = Store::new(&fresh.database, &landing());
    let outcome = Flow::new(Gate::off()).run(&mut feed, &mut store).await;
    assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
}

/// Takes in what is new in batches of 4; the rows of load 13 are held back.
async fn advance(fresh: &Fresh) -> metalayer::pg::Advance {
    let (from, into) = (
        Contract::of::<Landed>().unwrap(),
        Contract::of::<Thing>().unwrap(),
    );
    let merge = Merge::on_grain(&into).unwrap();
    let into = Table::merged(into, merge);
    fresh.database.create(&into).await.unwrap();
    let rules = RuleSet::<Landed>::new().quarantine(Landed::LOAD.none_of([13]));
    let rules = rules.build().unwrap();
    let stage = rules.then(|landed: Landed, _: &mut Report| {
        Some(Thing {
            id: landed.id,
            load: landed.load,
        })
    });
    let increment = Increment::new(&fresh.database, "things", &from, &into).batch(4);
    let flow = Flow::new(Gate::default());
    increment.run(&flow, Landed::blank(), &stage).await.unwrap()
}

const RIGHT: &str = "SELECT count(*) || ' ' || coalesce(sum(id), 0) || ' ' || \
    count(*) FILTER (WHERE id / 1000 <> load) FROM silver.things";

#[tokio::test(flavor = "multi_thread")]
async fn small_loads_are_read_together_and_each_to_its_end() {
    let fresh = Fresh::migrated().await;
    fresh.database.create(&landing()).await.unwrap();
    assert_eq!(fresh.one(INDEXES).await, "brin false");
    for load in 1..=21 {
        // Fewer than a batch, a whole one, more; none at all, too.
        land(&fresh, load, i64::from(load) % 11).await;
    }
    let advance = advance(&fresh).await;
    let rows: i64 = (1..=21)
        .filter(|load| *load != 13)
        .map(|load| load % 11)
        .sum();
    let ids: i64 = (1..=21)
        .filter(|load| *load != 13)
        .flat_map(|load| (0..load % 11).map(move |row| load * 1_000 + row))
        .sum();
    assert_eq!(advance.applied.unwrap().card.accepted, rows as u64);
    assert_eq!(advance.held[0].card.quarantined, 2);
    assert_eq!(fresh.one(RIGHT).await, format!("{rows} {ids} 0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_the_key_of_old_serves_as_well() {
    let fresh = Fresh::migrated().await;
    fresh
        .run("CREATE SCHEMA bronze; CREATE TABLE bronze.landed (id bigint NOT NULL, load integer NOT NULL, \
            _load_id bigint NOT NULL, _record_no bigint NOT NULL, PRIMARY KEY (_load_id, _record_no))")
        .await;
    fresh.database.create(&landing()).await.unwrap();
    assert_eq!(fresh.one(INDEXES).await, "btree true");
    land(&fresh, 1, 5).await;
    land(&fresh, 2, 6).await;
    assert_eq!(advance(&fresh).await.applied.unwrap().card.accepted, 11);
    assert_eq!(fresh.one(RIGHT).await, "11 17025 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_there_is_left_as_it_is() {
    let fresh = Fresh::migrated().await;
    fresh
        .run("CREATE SCHEMA bronze; CREATE TABLE bronze.landed (id text)")
        .await;
    let error = fresh.database.create(&landing()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract, "{error:?}");
    assert_eq!(fresh.one(INDEXES).await, "NULL");
}

/// The index finds loads that have just been made: reading them has summarised their pages.
#[tokio::test(flavor = "multi_thread")]
async fn what_silver_has_read_is_summarised() {
    const SUMMARISED: &str = "SELECT brin_summarize_new_values(indexrelid) FROM pg_index \
        WHERE indrelid = 'bronze.landed'::regclass";
    let fresh = Fresh::migrated().await;
    fresh.database.create(&landing()).await.unwrap();
    fresh
        .run("ALTER TABLE bronze.landed SET (autovacuum_enabled = false)")
        .await;
    for load in 1..=20 {
        land(&fresh, load, 900).await;
    }
    advance(&fresh).await;
    assert_eq!(fresh.one(SUMMARISED).await, "0");
}

/// Of many chunks, and of more than one COPY takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_load_is_one_copy_until_it_is_long() {
    let fresh = guests::hotel().await;
    let proxy = Proxy::start(&fresh.url).await.unwrap();
    let mut store = Store::new(&open(&proxy.url(), 1), &guests::table());
    for (megabytes, copies) in [(1, 1), (31, 1), (33, 2)] {
        let guest = |id| guests::Guest {
            id,
            name: Some("n".repeat(1 << 20)),
            nights: Some(2),
        };
        let guests = (0..megabytes).map(guest).collect();
        let mut feed = Records::new(format!("{megabytes} MB"), guests).chunk(1);
        let before = proxy.message_types().len();
        let outcome = Flow::new(Gate::off()).run(&mut feed, &mut store).await;
        assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
        let types = proxy.message_types();
        let ends = types[before..].iter().filter(|ty| **ty == 'c').count();
        assert_eq!(ends, copies, "{megabytes} MB");
    }
}
