//! J5: several at once are as one after the other, and a key that many load at once has one surrogate.

use metalayer::prelude::*;
use ml_chaos::Dice;

use super::shop;
use crate::support::Fresh;

/// A sale to a customer whom nobody knew.
fn first_sale(nth: u32) -> String {
    format!(
        "WITH load AS (INSERT INTO meta.load (dataset, source, rule_set, state) \
         VALUES ('silver.sales', 'loader {nth}', decode(repeat('00', 32), 'hex'), 'applied') RETURNING load_id) \
         INSERT INTO silver.sales (sale_id, customer, sold_at, country, quantity, price, _load_id, _record_no, _changed_load) \
         SELECT 1000 + {nth}, 'new', '2024-02-03 10:00', 'DE', 1, 1.5, load_id, 1, load_id FROM load"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_loaders_of_one_key_get_one_surrogate() {
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    shop::run(&shop::refresh(&fresh, "gold")).await;
    let mut loaders = tokio::task::JoinSet::new();
    for nth in 0..20 {
        let database = fresh.database.clone();
        loaders.spawn(async move {
            let client = database.client().await.unwrap();
            client.batch_execute(&first_sale(nth)).await.unwrap();
            drop(client);
            let refresh = Refresh::new(&database, shop::plan("gold")).unwrap();
            shop::run(&refresh).await;
        });
    }
    while let Some(ended) = loaders.join_next().await {
        ended.unwrap();
    }
    let keys = "SELECT count(*) || ' ' || count(DISTINCT customer_key) FROM gold.dim_customer WHERE customer_id = 'new'";
    assert_eq!(fresh.one(keys).await, "1 1");
    let facts = "SELECT count(*) || ' ' || count(DISTINCT customer_key) FROM gold.fct_sales JOIN gold.dim_customer USING (customer_key) \
        WHERE customer_id = 'new'";
    assert_eq!(fresh.one(facts).await, "20 1");
    let twice = "SELECT count(*) FROM meta.consumed WHERE pipeline = 'refresh:gold'";
    assert_eq!(fresh.one(twice).await, "20");
    let drift = shop::refresh(&fresh, "gold").compare_with_full().await;
    let drift = drift.unwrap();
    assert!(drift.is_same(), "{drift}");
}

/// Loads that commit while others refresh, some of them in full.
#[tokio::test(flavor = "multi_thread")]
async fn refreshes_at_once_lose_no_load() {
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    shop::run(&shop::refresh(&fresh, "gold")).await;
    let mut all = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let database = fresh.database.clone();
        all.spawn(async move {
            let mut dice = Dice(writer);
            let refresh = Refresh::new(&database, shop::plan("gold")).unwrap();
            for nth in 0..4 {
                let load = shop::load(&mut dice);
                let client = database.client().await.unwrap();
                // loads of one table exclude each other, as they do in silver
                let alone = format!("BEGIN; LOCK TABLE silver.sales, silver.regions, silver.tiers, silver.plans IN EXCLUSIVE MODE; {load}; COMMIT");
                client.batch_execute(&alone).await.unwrap();
                drop(client);
                if writer == 0 && nth % 2 == 0 {
                    refresh.rebuild(&Flow::new(Gate::off())).await.unwrap();
                } else {
                    shop::run(&refresh).await;
                }
            }
        });
    }
    while let Some(ended) = all.join_next().await {
        ended.unwrap();
    }
    let refresh = shop::refresh(&fresh, "gold");
    shop::run(&refresh).await;
    let drift = refresh.compare_with_full().await.unwrap();
    assert!(drift.is_same(), "{drift}");
    let missed = "SELECT count(*) FROM meta.load WHERE dataset LIKE 'silver.%' AND NOT EXISTS \
        (SELECT FROM meta.consumed WHERE consumed.load_id = load.load_id AND pipeline = 'refresh:gold')";
    assert_eq!(fresh.one(missed).await, "0");
}
