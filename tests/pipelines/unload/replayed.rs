//! Loads of records that had been held back, and loads whose records were replayed.

use super::*;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.n", grain = "n")]
struct N {
    #[column(critical)]
    n: i32,
}

fn judge() -> Judge<N> {
    RuleSet::new().quarantine(N::N.at_least(1)).build().unwrap()
}

/// A table of one number, whose load held another one back; that one was put right.
struct Numbers {
    fresh: Fresh,
    table: Table,
}

impl Numbers {
    async fn fixed() -> Self {
        let (fresh, table) = (
            Fresh::migrated().await,
            Table::landing(Contract::of::<N>().unwrap()),
        );
        fresh.database.create(&table).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("n.csv");
        std::fs::write(&path, "n\n1\n0\n").unwrap();
        let (flow, mut store) = (Flow::new(Gate::off()), Store::new(&fresh.database, &table));
        flow.run(&mut CsvFile::new(&path, judge()), &mut store)
            .await
            .unwrap();
        let desk = QuarantineDesk::of(&fresh.database);
        desk.fix_all(&EntryFilter::default(), |_| Some(b"2".to_vec()))
            .await
            .unwrap();
        drop(store);
        Numbers { fresh, table }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_unloaded_can_be_replayed_again() {
    let Numbers { fresh, table } = Numbers::fixed().await;
    let (flow, desk) = (Flow::new(Gate::off()), QuarantineDesk::of(&fresh.database));
    let replay = || desk.replay(&flow, &table, |fixed| FixedRecords::new(fixed, judge()));
    replay().await.unwrap().unwrap();
    let error = fresh
        .database
        .unload(&table, LoadId(1), "x")
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("load 2 replayed records of its quarantine"),
        "{error}"
    );
    fresh.database.unload(&table, LoadId(2), "x").await.unwrap();
    let fixed = desk.list(&EntryFilter::default()).await.unwrap();
    assert_eq!(
        (fixed[0].state, fixed[0].replayed),
        (EntryState::Fixed, None)
    );
    replay().await.unwrap().unwrap();
    assert_eq!(
        fresh
            .one("SELECT string_agg(n::text, ' ' ORDER BY n) FROM bronze.n")
            .await,
        "1 2"
    );
    fresh.database.unload(&table, LoadId(4), "x").await.unwrap();
    fresh.database.unload(&table, LoadId(1), "x").await.unwrap();
    assert_eq!(replay().await.unwrap(), None, "its load is gone");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.n").await, "0");
}

/// Between reading what was put right and locking it, its load goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_what_is_being_unloaded_brings_nothing_back() {
    let Numbers { fresh, table } = Numbers::fixed().await;
    let (flow, desk) = (Flow::new(Gate::off()), QuarantineDesk::of(&fresh.database));
    let outcome = desk.replay(&flow, &table, |fixed| {
        let unload = fresh.database.unload(&table, LoadId(1), "x");
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(unload)).unwrap();
        FixedRecords::new(fixed, judge())
    });
    assert_eq!(outcome.await.unwrap(), Some(Outcome::Busy(None)));
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.n").await, "0");
}
