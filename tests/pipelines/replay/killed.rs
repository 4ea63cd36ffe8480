//! Killed at any step of a replay.

use super::*;

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let database = open(&child.url, 2);
    child.arm();
    replay(&database).await.unwrap();
}

/// A database with entries that wait to be replayed.
pub(crate) async fn killing() -> Killing {
    let before = Fresh::migrated().await;
    let correct = |entry: &QuarantineEntry| match entry.id.record {
        5 => Some(Vec::from("still wrong")),
        _ => right(entry),
    };
    {
        let database = open(&before.url, 2);
        load_lines(&database).await;
        let desk = QuarantineDesk::of(&database);
        desk.fix_all(&EntryFilter::default(), correct)
            .await
            .unwrap();
    }
    Killing::of("replay::killed::child", before)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_a_replay() {
    let killing = killing().await;
    let mut steps = 0;
    for step in 1.. {
        let fresh = killing.before.copy().await;
        let (_, has_ended) = killing.kill(&fresh, killer::at(step)).await;
        check_conserved(&fresh).await;
        replay(&fresh.database).await.unwrap();
        check_conserved(&fresh).await;
        assert_eq!(
            fresh.one("SELECT count(*) FROM bronze.orders").await,
            "5",
            "killed at step {step}"
        );
        let loads =
            "SELECT count(*) FILTER (WHERE state = 'loading') || ' ' || count(*) FROM meta.load";
        assert_eq!(fresh.one(loads).await, "0 2", "killed at step {step}");
        if has_ended {
            steps = step - 1;
            break;
        }
    }
    assert!(steps >= 12, "{steps}");
}
