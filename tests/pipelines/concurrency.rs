//! Two at once are as one after the other.

use ml_chaos::{Act, End, FailPoint};

use crate::crash::spawn;
use crate::killer::inspect;
use crate::retail::pipeline::Retail;
use crate::retail::totals::Totals;
use crate::sample_month::{month, run};
use crate::support::{Fresh, settings};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_the_same_folder() {
    let (folder, planted, files) = month(3_000).await;
    let fresh = Fresh::migrated().await;
    let victims = [(); 2].map(|()| spawn(&fresh.url, folder.path(), "all", None));
    for mut victim in victims {
        assert_eq!(victim.wait().await.unwrap(), End::Finished);
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

/// One process stands still in the middle of a load, another one comes and finds the file busy; the first goes on.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_stood_still_goes_on_beside_another() {
    let (folder, planted, files) = month(600).await;
    for step in ["enter", "send", "ledger", "commit", "committed"] {
        let fresh = Fresh::migrated().await;
        let point = FailPoint::at(step, 1, Act::Stop);
        let mut first = spawn(&fresh.url, folder.path(), "all", Some(point));
        first.stopped().await.unwrap();
        assert_eq!(first.steps().count(step), 1);
        let mut second = spawn(&fresh.url, folder.path(), "all", None);
        while second.steps().count("enter") < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        first.cont().unwrap();
        for victim in [&mut first, &mut second] {
            assert_eq!(
                victim.wait().await.unwrap(),
                End::Finished,
                "stopped at {step}"
            );
        }
        inspect(&fresh, step).await;
        let loads = "SELECT count(*) FROM meta.load WHERE dataset = 'bronze.sales'";
        assert_eq!(fresh.one(loads).await, files.len().to_string());
        let totals = Totals::of(&fresh.database).await.unwrap();
        totals.check(&planted).unwrap();
    }
}
