//! A history is that of all versions, however late they come and whatever goes again, and its spans never overlap.

use metalayer::core::{LoadId, Records};
use metalayer::prelude::*;

use crate::support::Fresh;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.moves")]
struct Move {
    customer: Option<String>,
    town: Option<String>,
    moved_at: chrono::DateTime<chrono::Utc>,
    is_gone: bool,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.moves", grain = "customer")]
struct Lived {
    customer: Option<String>,
    town: Option<String>,
    moved_at: chrono::DateTime<chrono::Utc>,
    is_gone: bool,
}

/// Under names that would break out of a statement that does not quote, or that puts names in twice.
fn lived() -> Table {
    let mut contract = Contract::of::<Lived>().unwrap();
    let names = ["{names}", "to\"wn; --\n$1", "moved at"];
    for (column, name) in contract.columns.iter_mut().zip(names) {
        column.name = name.into();
    }
    contract.grain = vec![String::from("{names}")];
    let merge = Merge::on_grain(&contract).unwrap();
    Table::history(contract, merge.version("moved at").deleted("is_gone"))
}

fn moved(customer: &str, town: &str, day: u32) -> Move {
    let noon =
        chrono::NaiveDate::from_ymd_opt(2024, 5, day).and_then(|day| day.and_hms_opt(12, 0, 0));
    Move {
        customer: (!customer.is_empty()).then(|| customer.to_owned()),
        town: Some(town.to_owned()),
        moved_at: noon.unwrap().and_utc(),
        is_gone: town.is_empty(),
    }
}

async fn tables() -> Fresh {
    let fresh = Fresh::migrated().await;
    let landing = Table::landing(Contract::of::<Move>().unwrap());
    for table in [&landing, &lived()] {
        fresh.database.create(table).await.unwrap();
    }
    fresh
}

async fn advance(fresh: &Fresh) -> metalayer::pg::Advance {
    let from = Contract::of::<Move>().unwrap();
    let increment = Increment::new(&fresh.database, "moves", &from, &lived());
    let stage = |m: Move, _: &mut Report| {
        Some(Lived {
            customer: m.customer,
            town: m.town,
            moved_at: m.moved_at,
            is_gone: m.is_gone,
        })
    };
    let flow = Flow::new(Gate::off());
    increment.run(&flow, Move::blank(), &stage).await.unwrap()
}

async fn take(fresh: &Fresh, moves: Vec<Move>) -> LoadId {
    let landing = Table::landing(Contract::of::<Move>().unwrap());
    let mut store = Store::new(&fresh.database, &landing);
    let mut feed = Records::new("moves", moves);
    let outcome = Flow::new(Gate::off()).run(&mut feed, &mut store).await;
    advance(fresh).await;
    outcome.unwrap().receipt().unwrap().load
}

async fn spans(fresh: &Fresh) -> String {
    let spans = "SELECT string_agg(concat_ws(' ', \"{names}\", \"to\"\"wn; --\n$1\", extract(day FROM valid_from), '-', extract(day FROM valid_to)), \
        ', ' ORDER BY \"{names}\", valid_from) FROM silver.moves WHERE NOT _deleted";
    fresh.one(spans).await
}

#[tokio::test(flavor = "multi_thread")]
async fn late_corrected_and_repeated_versions_find_their_place() {
    let fresh = tables().await;
    take(&fresh, vec![moved("a", "Rome", 10), moved("", "Oslo", 1)]).await;
    assert_eq!(spans(&fresh).await, "a Rome 10 -, Oslo 1 -");
    take(&fresh, vec![moved("a", "Rome", 20), moved("a", "Bern", 5)]).await;
    assert_eq!(spans(&fresh).await, "a Bern 5 - 10, a Rome 10 -, Oslo 1 -");
    // between the two that said the same
    let late = take(&fresh, vec![moved("a", "Kyiv", 15)]).await;
    let between = "a Bern 5 - 10, a Rome 10 - 15, a Kyiv 15 - 20, a Rome 20 -, Oslo 1 -";
    assert_eq!(spans(&fresh).await, between);
    // of one instant the greater content wins
    take(&fresh, vec![moved("a", "Lima", 10), moved("", "Quito", 1)]).await;
    let corrected = "a Bern 5 - 10, a Rome 10 - 15, a Kyiv 15 - 20, a Rome 20 -, Quito 1 -";
    assert_eq!(spans(&fresh).await, corrected);
    let landing = Table::landing(Contract::of::<Move>().unwrap());
    fresh
        .database
        .unload(&landing, late, "wrong")
        .await
        .unwrap();
    assert_eq!(advance(&fresh).await.retracted.unwrap().card.accepted, 1);
    assert_eq!(spans(&fresh).await, "a Bern 5 - 10, a Rome 10 -, Quito 1 -");
    let marked = "SELECT count(*) || ' ' || bool_and(_changed_load = (SELECT max(load_id) FROM meta.load)) FROM silver.moves WHERE _deleted";
    assert_eq!(fresh.one(marked).await, "2 true");
    assert_eq!(
        fresh.one("SELECT count(*) FROM silver.moves_version").await,
        "6"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_has_no_span_until_they_come_again() {
    let fresh = tables().await;
    take(
        &fresh,
        vec![moved("a", "Rome", 1), moved("a", "", 5), moved("a", "", 6)],
    )
    .await;
    assert_eq!(spans(&fresh).await, "a Rome 1 - 5");
    take(&fresh, vec![moved("a", "Rome", 9)]).await;
    assert_eq!(spans(&fresh).await, "a Rome 1 - 5, a Rome 9 -");
    take(&fresh, vec![moved("b", "", 3)]).await;
    assert_eq!(
        spans(&fresh).await,
        "a Rome 1 - 5, a Rome 9 -",
        "nobody knew them"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_write_spans_that_overlap() {
    let fresh = tables().await;
    take(&fresh, vec![moved("a", "Rome", 10), moved("", "Oslo", 10)]).await;
    let client = fresh.database.client().await.unwrap();
    let insert = |customer: &str, from: &str, to: &str, deleted: bool| {
        format!(
            "INSERT INTO silver.moves (\"{{names}}\", \"moved at\", is_gone, valid_from, valid_to, _load_id, _record_no, _changed_load, _deleted) \
             VALUES ({customer}, {from}, false, {from}, {to}, 1, 1, 1, {deleted})"
        )
    };
    let (may, june) = ("'2024-05-20T00:00Z'", "'2024-06-20T00:00Z'");
    for customer in ["'a'", "NULL"] {
        let overlapping = client
            .batch_execute(&insert(customer, may, "NULL", false))
            .await;
        let error = overlapping.unwrap_err();
        assert_eq!(error.code().unwrap().code(), "23P01", "{customer}");
        client
            .batch_execute(&insert(customer, may, june, true))
            .await
            .unwrap();
    }
    client
        .batch_execute(&insert("'b'", may, june, false))
        .await
        .unwrap();
    let beside = insert("'b'", june, "NULL", false);
    client.batch_execute(&beside).await.unwrap();
    let backwards = client.batch_execute(&insert("'c'", june, may, false)).await;
    assert!(backwards.is_err(), "it ends before it begins");
    // it is judged when all is written, so a span may be moved before the other makes room
    let moved = "BEGIN; UPDATE silver.moves SET valid_to = '2024-07-01T00:00Z' WHERE valid_from = '2024-05-20T00:00Z' AND \"{names}\" = 'b'; \
        UPDATE silver.moves SET valid_from = '2024-07-01T00:00Z' WHERE valid_from = '2024-06-20T00:00Z'; COMMIT";
    client.batch_execute(moved).await.unwrap();
}

/// A history without its versions, or without its key, cannot be kept up.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_history_needs_is_looked_for() {
    let fresh = tables().await;
    fresh.database.check(&lived()).await.unwrap();
    fresh.run("DROP TABLE silver.moves_version").await;
    let error = fresh.database.check(&lived()).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("there is no table silver.moves_version"),
        "{error}"
    );
}
