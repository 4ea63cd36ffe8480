//! Two at once are as one after the other.

use crate::crash::spawn;
use crate::retail::pipeline::Retail;
use crate::retail::totals::Totals;
use crate::sample_month::{month, run};
use crate::support::{Fresh, settings};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_the_same_folder() {
    let (folder, planted, files) = month(3_000).await;
    let fresh = Fresh::migrated().await;
    let children = [0, 0].map(|never| spawn(&fresh.url, folder.path(), "all", never));
    for mut child in children {
        let status = tokio::task::spawn_blocking(move || child.wait())
            .await
            .unwrap()
            .unwrap();
        assert!(status.success(), "{status}");
    }
    assert_eq!(
        fresh
            .one("SELECT count(*) FROM meta.load WHERE dataset = 'bronze.sales'")
            .await,
        "30"
    );
    run(
        &Retail::open(&fresh.database, &settings()).await.unwrap(),
        &files,
    )
    .await;
    Totals::of(&fresh.database)
        .await
        .unwrap()
        .check(&planted)
        .unwrap();
}
