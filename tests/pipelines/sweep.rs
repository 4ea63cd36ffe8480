//! The connection breaks before, within and after every message of a layer, and the layer runs again: the same tables.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use metalayer::core::Silent;
use metalayer::prelude::*;
use ml_chaos::{Break, Fault, Message, Proxy};

use crate::chaos_example::check::{Check, Reach};
use crate::retail::pipeline::Retail;
use crate::sample_month::{month, run};
use crate::support::{Fresh, open, settings};

/// Nothing of a run that broke is left in the ledger, and nobody has it open.
const LEFT: &str = "SELECT count(*) FROM meta.load WHERE state = 'loading' \
    OR rows_read <> rows_accepted + rows_quarantined + rows_dropped";

/// Three chunks of the file.
fn in_three(files: &[PathBuf]) -> Settings {
    let lines = std::fs::read_to_string(&files[0]).unwrap().lines().count();
    Settings {
        bronze_batch: lines / 3,
        silver_batch: lines / 3,
        ..settings()
    }
}

async fn take(layer: &str, retail: &Retail, files: &[PathBuf]) -> Result<()> {
    match layer {
        "bronze" => {
            let outcomes = retail.bronze(files, Arc::new(Silent)).await;
            outcomes
                .into_iter()
                .try_for_each(|outcome| outcome.map(drop))
        }
        "silver" => retail.silver(Arc::new(Silent)).await.map(drop),
        _ => retail.gold(Arc::new(Silent)).await.map(drop),
    }
}

/// Which messages are broken.
#[derive(Clone, Copy)]
enum Which {
    Each,
    /// Those that the client waits for an answer after, and pieces of a COPY.
    RoundTrips,
}

impl Which {
    fn has(self, ty: char) -> bool {
        match self {
            Which::Each => true,
            Which::RoundTrips => "QSdc".contains(ty),
        }
    }
}

/// Breaks messages of a layer, over one file and before it the layers in `prepared`; answers how many.
async fn sweep(layer: &str, prepared: &[&str], which: Which) -> usize {
    let (_folder, _, files) = month(600).await;
    let files = &files[..1];
    let settings = in_three(files);
    let before = Fresh::migrated().await;
    {
        let retail = Retail::open(&open(&before.url, 2), &settings)
            .await
            .unwrap();
        for layer in prepared {
            take(layer, &retail, files).await.unwrap();
        }
    }
    let whole = before.copy().await;
    let (opened, types) = {
        let proxy = Proxy::start(&whole.url).await.unwrap();
        let retail = Retail::open(&open(&proxy.url(), 2), &settings)
            .await
            .unwrap();
        let opened = proxy.messages();
        take(layer, &retail, files).await.unwrap();
        (opened, proxy.message_types())
    };
    run(
        &Retail::open(&whole.database, &settings).await.unwrap(),
        files,
    )
    .await;
    let expected = whole.digest().await;
    let messages = (1_u64..).zip(&types).skip(opened as usize);
    let messages: Vec<u64> = messages
        .filter_map(|(message, ty)| which.has(*ty).then_some(message))
        .collect();
    let mut unmet = 0;
    for message in messages.iter().copied() {
        for at in Break::ALL {
            let fresh = before.copy().await;
            let proxy = Proxy::start(&fresh.url).await.unwrap();
            let retail = Retail::open(&open(&proxy.url(), 2), &settings)
                .await
                .unwrap();
            proxy.plan(Fault {
                message: Message::Nth(message),
                at,
            });
            let broken = take(layer, &retail, files).await;
            unmet += usize::from(proxy.is_pending());
            let what = format!("{layer}, message {message} of {types:?}, {at:?}: {broken:?}");
            run(
                &Retail::open(&fresh.database, &settings).await.unwrap(),
                files,
            )
            .await;
            assert_eq!(fresh.digest().await, expected, "{what}");
            assert_eq!(fresh.one(LEFT).await, "0", "{what}");
        }
    }
    assert!(
        unmet * 10 <= messages.len(),
        "{unmet} faults did not come to pass"
    );
    messages.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_of_a_load() {
    let messages = sweep("bronze", &[], Which::Each).await;
    assert!(messages >= 40, "{messages}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_round_trip_of_an_increment() {
    let messages = sweep("silver", &["bronze"], Which::RoundTrips).await;
    assert!(messages >= 20, "{messages}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_round_trip_of_a_refresh() {
    let messages = sweep("gold", &["bronze", "silver"], Which::RoundTrips).await;
    assert!(messages >= 30, "{messages}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn every_message_for_long() {
    let began = Instant::now();
    let bronze = sweep("bronze", &[], Which::Each).await;
    let silver = sweep("silver", &["bronze"], Which::Each).await;
    assert!(silver >= 50, "{silver}");
    let gold = sweep("gold", &["bronze", "silver"], Which::Each).await;
    assert!(gold >= 100, "{gold}");
    let cuts = (bronze + silver + gold) * Break::ALL.len();
    let name = "cuts before, within and after each message of each layer";
    Check::held(name, Reach::Each, cuts as u64, began).tell();
}
