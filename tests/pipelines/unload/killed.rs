//! Killed at any step of an unload, and of the runs after it.

use super::*;

async fn unload_first_and_run(database: &Database) {
    let retail = Retail::open(database, &settings()).await.unwrap();
    let landing = Table::landing(Contract::of::<Sale>().unwrap());
    database.unload(&landing, LoadId(1), "x").await.unwrap();
    run(&retail, &[]).await;
}

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let database = open(&child.url, 4);
    Retail::open(&database, &settings()).await.unwrap();
    child.arm();
    unload_first_and_run(&database).await;
}

/// A database of three files, and what the tables are to be without the first.
pub(crate) async fn killing() -> (Killing, String) {
    let (_folder, _, files) = month(120).await;
    let never = Fresh::migrated().await;
    run(
        &Retail::open(&never.database, &settings()).await.unwrap(),
        &files[1..3],
    )
    .await;
    let expected = never.digest().await;
    let before = Fresh::migrated().await;
    {
        let database = open(&before.url, 4);
        let retail = Retail::open(&database, &settings()).await.unwrap();
        for file in &files[..3] {
            run(&retail, std::slice::from_ref(file)).await;
        }
    }
    (Killing::of("unload::killed::child", before), expected)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_an_unload_and_after_it() {
    let (killing, expected) = killing().await;
    let mut steps = 0;
    for step in 1.. {
        let fresh = killing.before.copy().await;
        let (_, has_ended) = killing.kill(&fresh, killer::at(step)).await;
        unload_first_and_run(&fresh.database).await;
        assert_eq!(fresh.digest().await, expected, "killed at step {step}");
        if has_ended {
            steps = step - 1;
            break;
        }
    }
    assert!(steps >= 20, "{steps}");
}
