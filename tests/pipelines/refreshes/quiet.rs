//! Where nothing differs nothing is written.

use std::time::Instant;

use metalayer::pg::Mode;
use metalayer::prelude::*;
use ml_chaos::Dice;
use ml_embed::Cluster;

use super::shop;
use crate::support::{Fresh, open};

/// Rows as they are on the pages: what is written moves.
async fn pages(fresh: &Fresh) -> String {
    let tables = [
        "dim_customer",
        "dim_product",
        "dim_date",
        "dim_tier",
        "dim_plan",
        "fct_sales",
        "fct_whole",
        "agg_daily",
        "agg_customer",
        "agg_tier",
    ];
    let mut pages = Vec::new();
    for table in tables {
        let rows = format!(
            "SELECT string_agg(ctid::text || xmin || xmax, ' ' ORDER BY ctid) FROM gold.{table}"
        );
        pages.push(fresh.one(&rows).await);
    }
    pages.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_as_they_should_be_are_not_written() {
    let mut dice = Dice(7);
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    for _ in 0..12 {
        fresh.run(&shop::load(&mut dice)).await;
    }
    let refresh = shop::refresh(&fresh, "gold");
    assert_eq!(shop::run(&refresh).await.mode, Some(Mode::Full));
    let before = pages(&fresh).await;
    // a load that brings what is there, marked as changed
    let again = "WITH load AS (INSERT INTO meta.load (dataset, source, rule_set, state) \
        VALUES ('silver.sales', 'test', decode(repeat('00', 32), 'hex'), 'applied') RETURNING load_id) \
        UPDATE silver.sales SET _changed_load = load_id FROM load";
    fresh.run(again).await;
    let refreshed = shop::run(&refresh).await;
    assert_eq!(refreshed.mode, Some(Mode::Incremental));
    assert_eq!(pages(&fresh).await, before, "an incremental refresh");
    let rebuilt = refresh.rebuild(&Flow::new(Gate::off())).await.unwrap();
    assert_eq!(rebuilt.mode, Some(Mode::Full));
    assert_eq!(pages(&fresh).await, before, "a full refresh");
    refresh.compare_with_full().await.unwrap();
    assert_eq!(pages(&fresh).await, before, "a comparison");
}

/// On a server of its own, where nobody else writes.
#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_new_the_log_of_the_server_stays_as_it_is() {
    let cluster = tokio::task::spawn_blocking(|| {
        let cluster = Cluster::temporary().setting("autovacuum", "off");
        cluster.start().unwrap()
    });
    let cluster = cluster.await.unwrap();
    let database = open(&cluster.url("postgres"), 4);
    database.migrate().await.unwrap();
    shop::create(&database).await;
    let client = database.client().await.unwrap();
    let mut dice = Dice(1);
    for _ in 0..4 {
        client.batch_execute(&shop::load(&mut dice)).await.unwrap();
    }
    let refresh = Refresh::new(&database, shop::plan("gold")).unwrap();
    shop::run(&refresh).await;
    let lsn = async || {
        let lsn = "SELECT pg_current_wal_insert_lsn()::text";
        let row = client.query_one(lsn, &[]).await.unwrap();
        row.get::<_, String>(0)
    };
    // the server notes its running transactions now and then, so that one silent run tells
    let mut is_silent = false;
    let mut took = Vec::new();
    for _ in 0..5 {
        let (before, began) = (lsn().await, Instant::now());
        assert_eq!(shop::run(&refresh).await.mode, None);
        took.push(began.elapsed());
        is_silent |= before == lsn().await;
    }
    assert!(is_silent);
    took.sort();
    println!("nothing new: {:?}", took[2]);
}

/// Those of the keys, and those that were declared, once each however often the plan is installed and run.
#[tokio::test(flavor = "multi_thread")]
async fn indexes_and_foreign_keys_come_once_and_after_the_rows() {
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    fresh.run(&shop::load(&mut Dice(2))).await;
    let refresh = shop::refresh(&fresh, "gold");
    shop::run(&refresh).await;
    fresh
        .run("UPDATE meta.warehouse SET plan_sha256 = sha256('')")
        .await;
    shop::run(&refresh).await;
    refresh.rebuild(&Flow::new(Gate::off())).await.unwrap();
    let indexes = "SELECT string_agg(substring(indexdef FROM 'USING .*'), ', ' ORDER BY substring(indexdef FROM 'USING .*') COLLATE \"C\") \
        FROM pg_indexes WHERE schemaname = 'gold' AND tablename = 'fct_whole' AND indexname <> 'fct_whole_pkey'";
    assert_eq!(
        fresh.one(indexes).await,
        "USING brin (date_key), USING brin (due_key), USING brin (sold_at), USING btree (customer_key), \
         USING btree (due_key, date_key), USING btree (plan_key), USING btree (region_key)",
        "of product and tier a check keeps the references"
    );
    let keys = "SELECT count(*) || ' ' || bool_and(convalidated) FROM pg_constraint WHERE conrelid = 'gold.fct_whole'::regclass AND contype = 'f'";
    assert_eq!(fresh.one(keys).await, "5 true");
    let guards = shop::plan("gold").steps;
    let guards: Vec<usize> = ["fct_whole: insert", "fct_whole: guards"]
        .map(|label| guards.iter().position(|step| step.label == label).unwrap())
        .into();
    assert!(guards[0] < guards[1]);
}
