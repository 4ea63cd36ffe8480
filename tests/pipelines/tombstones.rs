//! What goes from a silver table stays as a row that is marked, and any record of the thing takes its place.

use std::sync::Arc;

use metalayer::core::{Kind, LoadId, Records, Row, Value};
use metalayer::prelude::*;

use crate::keeping::{Keeping, contract, day};
use crate::support::Fresh;

/// A table of one kind and its source.
struct Things {
    fresh: Fresh,
    from: Arc<Contract>,
    silver: Table,
}

impl Things {
    async fn new(keeping: Keeping) -> Self {
        let fresh = Fresh::migrated().await;
        let from = contract("bronze.things", &[]);
        let silver = keeping.table("silver.things");
        for table in [&Table::landing(from.clone()), &silver] {
            fresh.database.create(table).await.unwrap();
        }
        Things {
            fresh,
            from: Arc::new(from),
            silver,
        }
    }

    /// Loads one record and takes it in; answers its load.
    async fn take(&self, version: i64, content: i64, gone: bool) -> LoadId {
        let mut row = Row::new(Arc::clone(&self.from));
        row.set(0, Value::Int(1)).unwrap();
        row.set(2, Value::Int(version)).unwrap();
        row.set(3, Value::Int(content)).unwrap();
        row.set(4, day(version as u64)).unwrap();
        row.set(5, Value::Bool(gone)).unwrap();
        let landing = Table::landing((*self.from).clone());
        let mut store = Store::new(&self.fresh.database, &landing);
        let name = format!("{version} {content} {gone}");
        let outcome = Flow::new(Gate::off())
            .run(&mut Records::new(name, vec![row]), &mut store)
            .await;
        self.advance().await;
        outcome.unwrap().receipt().unwrap().load
    }

    async fn unload(&self, load: LoadId) -> LoadId {
        let landing = Table::landing((*self.from).clone());
        let database = &self.fresh.database;
        database.unload(&landing, load, "wrong").await.unwrap();
        self.advance().await.retracted.unwrap().load
    }

    async fn advance(&self) -> metalayer::pg::Advance {
        let increment = Increment::new(&self.fresh.database, "p", &self.from, &self.silver);
        let blank = Row::new(Arc::clone(&self.from));
        let same = |row: Row, _: &mut Report| Some(row);
        let flow = Flow::new(Gate::off());
        increment.run(&flow, blank, &same).await.unwrap()
    }

    async fn rows(&self, columns: &str) -> String {
        let query = format!(
            "SELECT string_agg(concat_ws(' ', {columns}), ', ' ORDER BY _row_id) FROM silver.things"
        );
        self.fresh.one(&query).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_changes_sees_a_row_go_and_come_again() {
    for keeping in [Keeping::Version, Keeping::Newest, Keeping::First] {
        let things = Things::new(keeping).await;
        let load = things.take(9, 5, false).await;
        let by = things.unload(load).await;
        let marked = format!("5 true 0 0 {by}");
        let columns = "content, _deleted::text, _load_id, _record_no, _changed_load";
        assert_eq!(things.rows(columns).await, marked, "{keeping:?}");
        // the same content under a lower version: no record stands there, so it wins
        things.take(1, 5, false).await;
        let changed = "content, version, _deleted::text, _changed_load = (SELECT max(load_id) FROM meta.load)";
        assert_eq!(things.rows(changed).await, "5 1 false t", "{keeping:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn appended_rows_go_one_by_one() {
    let things = Things::new(Keeping::Appended).await;
    let load = things.take(1, 5, false).await;
    things.take(1, 6, false).await;
    things.unload(load).await;
    assert_eq!(
        things.rows("content, _deleted::text").await,
        "5 true, 6 false"
    );
    things.take(1, 5, false).await;
    let rows = "5 true, 6 false, 5 false";
    assert_eq!(things.rows("content, _deleted::text").await, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_source_says_is_gone_is_a_version_like_any_other() {
    let things = Things::new(Keeping::Deleted).await;
    let rows = async || things.rows("version, content, _deleted::text").await;
    things.take(1, 1, false).await;
    let gone = things.take(3, 1, true).await;
    assert_eq!(rows().await, "3 1 true");
    things.take(2, 9, false).await;
    assert_eq!(
        rows().await,
        "3 1 true",
        "an older version brings nothing back"
    );
    things.unload(gone).await;
    assert_eq!(rows().await, "2 9 false", "it was never gone");
    things.take(4, 1, true).await;
    things.take(5, 2, false).await;
    assert_eq!(rows().await, "5 2 false", "it came again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_what_it_is_to_be_is_refused() {
    let fresh = Fresh::migrated().await;
    let of = |grain: &[&str]| contract("silver.t", grain);
    let merge = || Merge::on_grain(&of(&["id"])).unwrap();
    let mut own = of(&["id"]);
    own.columns[1].name = "valid_to".into();
    let cases = [
        (Table::merged(of(&["id"]), merge().version("x")), "names x"),
        (Table::merged(of(&["id"]), merge().deleted("at")), "boolean"),
        (Table::history(of(&["id"]), merge()), "has no version"),
        (
            Table::history(of(&["id"]), merge().version("version")),
            "makes a history by version",
        ),
        (
            Table::history(own, merge().version("at")),
            "call it something else",
        ),
    ];
    for (table, why) in cases {
        for refused in [
            fresh.database.create(&table).await,
            fresh.database.check(&table).await,
        ] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), Kind::Contract, "{error:?}");
            assert!(error.to_string().contains(why), "{error}");
        }
    }
    let landing = Table::landing(of(&[]));
    fresh.database.create(&landing).await.unwrap();
    let blank = Row::new(Arc::new(of(&[])));
    let increment = Increment::new(&fresh.database, "p", &of(&[]), &landing);
    let same = |row: Row, _: &mut Report| Some(row);
    let run = increment.run(&Flow::new(Gate::off()), blank, &same).await;
    let error = run.unwrap_err();
    assert!(
        error.to_string().contains("takes the records of a source"),
        "{error}"
    );
}
