//! A load that is taken out of bronze goes from silver, and from gold by what changed in silver.

use std::sync::Arc;

use metalayer::core::{LoadId, Silent};
use metalayer::pg::Mode;
use metalayer::prelude::*;

use crate::retail::pipeline::Retail;
use crate::retail::sale::Sale;
use crate::retail::star;
use crate::sample_month::{month, run};
use crate::support::{Fresh, settings};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unloaded_goes_from_gold_and_comes_again() {
    let (_folder, _, files) = month(900).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    run(&retail, &files[..20]).await;
    run(&retail, &files[20..]).await;
    let before = fresh.digest().await;
    let refresh = Refresh::new(&fresh.database, star::star().unwrap()).unwrap();
    let landing = Table::landing(Contract::of::<Sale>().unwrap());
    let rows = "SELECT count(*) FROM gold.fct_sales";
    for nth in [1, 15, 29] {
        let load = format!(
            "SELECT load_id FROM meta.load WHERE dataset = 'bronze.sales' AND state = 'applied' AND rows_accepted > 0 ORDER BY load_id OFFSET {} LIMIT 1",
            nth % 7
        );
        let load = LoadId(fresh.one(&load).await.parse().unwrap());
        let had = fresh.one(rows).await;
        fresh
            .database
            .unload(&landing, load, "wrong")
            .await
            .unwrap();
        retail.silver(Arc::new(Silent)).await.unwrap();
        let refreshed = refresh.run(&Flow::new(Gate::default())).await.unwrap();
        assert_eq!(refreshed.mode, Some(Mode::Incremental));
        assert_ne!(fresh.one(rows).await, had);
        let drift = refresh.compare_with_full().await.unwrap();
        assert!(drift.is_same(), "{drift}");
    }
    run(&retail, &files).await;
    assert_eq!(fresh.digest().await, before);
    let drift = refresh.compare_with_full().await.unwrap();
    assert!(drift.is_same(), "{drift}");
}

/// A load of silver itself that was taken out, which is refused today, would leave nothing that says what it had changed.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_unloaded_from_silver_itself_is_found_in_full() {
    let (_folder, _, files) = month(300).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    run(&retail, &files[..20]).await;
    let event = "WITH taken AS (SELECT max(load_id) AS load_id FROM meta.load WHERE dataset = 'silver.sales') \
        INSERT INTO meta.load (dataset, source, rule_set, state, unloads) \
        SELECT 'silver.sales', 'unload', decode(repeat('00', 32), 'hex'), 'unload', load_id FROM taken";
    fresh.run(event).await;
    let refresh = Refresh::new(&fresh.database, star::star().unwrap()).unwrap();
    let refreshed = refresh.run(&Flow::new(Gate::default())).await.unwrap();
    assert_eq!(refreshed.mode, Some(Mode::Full));
}
