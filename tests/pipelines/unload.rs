//! P21: what is unloaded was never loaded: after the next runs silver and gold are those of the loads that remain.

use std::collections::BTreeMap;
use std::sync::Arc;

use metalayer::core::{Action, Audit, Kind, LoadId, Records, Row, Silent, Value, Violation};
use metalayer::pg::{EntryFilter, EntryState, Unloaded};
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::keeping::{Keeping, contract, row};
use crate::killer::{self, Killing};
use crate::retail::pipeline::Retail;
use crate::retail::sale::Sale;
use crate::sample_month::{month, run};
use crate::support::{Fresh, open, settings};

mod cases;
pub mod killed;
mod replayed;

/// Histories tried for each kind of merge.
const HISTORIES: u64 = 12;

/// One kind of table over random loads and unloads.
#[derive(Clone)]
struct History {
    kind: Keeping,
    database: Database,
    from: Arc<Contract>,
    silver: Table,
    rebuilt: Table,
}

/// Quarantines some records and drops some, by what is in them.
fn stage(row: Row, report: &mut Report) -> Option<Row> {
    use metalayer::core::{Fields, ValueRef};
    match (row.field(0), row.field(3)) {
        (ValueRef::Int(2), ValueRef::Decimal(content)) if content.is_zero() => {
            report.violate(Violation {
                rule: String::from("content.some"),
                columns: Vec::new(),
                action: Action::Quarantine,
                expected: String::from("some"),
                found: String::from("none"),
            });
            Some(row)
        }
        (ValueRef::Int(1), ValueRef::Decimal(content)) if content.is_zero() => report.drop("none"),
        _ => Some(row),
    }
}

impl History {
    async fn new(fresh: &Fresh, name: &str, kind: Keeping) -> Self {
        let database = fresh.database.clone();
        let from = contract(&format!("bronze.{name}"), &[]);
        let (silver, rebuilt) = (
            kind.table(&format!("silver.{name}")),
            kind.table(&format!("silver.{name}_rebuilt")),
        );
        for table in [&Table::landing(from.clone()), &silver, &rebuilt] {
            database.create(table).await.unwrap();
        }
        let from = Arc::new(from);
        History {
            kind,
            database,
            from,
            silver,
            rebuilt,
        }
    }

    fn landing(&self) -> Table {
        Table::landing((*self.from).clone())
    }

    fn increment(&self, into: &Table) -> Increment {
        let pipeline = into.dataset().to_string();
        Increment::new(&self.database, pipeline, &self.from, into).batch(3)
    }

    async fn advance(&self, increment: &Increment, flow: &Flow) -> metalayer::pg::Advance {
        let blank = Row::new(Arc::clone(&self.from));
        increment.run(flow, blank, &stage).await.unwrap()
    }

    async fn load(&self, name: &str, rows: Vec<Row>) -> Outcome {
        let mut store = Store::new(&self.database, &self.landing());
        let mut feed = Records::new(name, rows).chunk(2);
        Flow::new(Gate::off())
            .run(&mut feed, &mut store)
            .await
            .unwrap()
    }

    async fn unload(&self, load: LoadId) -> Unloaded {
        self.database
            .unload(&self.landing(), load, "wrong month")
            .await
            .unwrap()
    }

    /// Loads, unloads, loads again what was unloaded or is there, and takes it in now and then.
    async fn run(&self, dice: &mut Dice) -> u64 {
        let (increment, flow) = (self.increment(&self.silver), Flow::new(Gate::off()));
        let (mut contents, mut applied, mut won) = (Vec::new(), BTreeMap::new(), 0);
        for turn in 0..18 {
            match dice.below(8) {
                0..=2 if applied.len() > 2 => {
                    let nth = dice.below(applied.len() as u64) as usize;
                    let (content, load) = applied.iter().nth(nth).map(|(a, b)| (*a, *b)).unwrap();
                    self.unload(load).await;
                    applied.remove(&content);
                }
                3 if !contents.is_empty() => {
                    let content = dice.below(contents.len() as u64) as usize;
                    match self.load("again", Vec::clone(&contents[content])).await {
                        Outcome::Applied(receipt) => applied.insert(content, receipt.load),
                        Outcome::Replayed(load) => {
                            assert_eq!(applied.get(&content), Some(&load));
                            None
                        }
                        other => panic!("{other:?}"),
                    };
                }
                _ => {
                    let mut rows: Vec<Row> =
                        (0..=dice.below(8)).map(|_| row(&self.from, dice)).collect();
                    // no two contents are the same
                    rows[0].set(3, Value::Int(100 + turn)).unwrap();
                    let outcome = self.load(&format!("load {turn}"), rows.clone()).await;
                    applied.insert(contents.len(), outcome.receipt().unwrap().load);
                    contents.push(rows);
                }
            }
            if dice.below(3) > 0 {
                let advance = self.advance(&increment, &flow).await;
                won += advance.retracted.map_or(0, |receipt| receipt.card.accepted);
            }
        }
        let advance = self.advance(&increment, &flow).await;
        won + advance.retracted.map_or(0, |receipt| receipt.card.accepted)
    }

    /// Rows that the table has and one made of the loads that remain has not, or the other way; lineage included.
    async fn difference(&self, fresh: &Fresh) -> String {
        let flow = Flow::new(Gate::off());
        self.advance(&self.increment(&self.rebuilt), &flow).await;
        let query = self.kind.difference(&self.silver, &self.rebuilt);
        fresh.one(&query).await
    }
}

async fn unloaded_is_never_loaded(kind: Keeping) {
    let fresh = Fresh::migrated().await;
    let mut won = 0;
    for seed in 0..HISTORIES {
        let name = format!("{kind:?}_{seed}").to_lowercase();
        let history = History::new(&fresh, &name, kind).await;
        won += history.run(&mut Dice(seed + 1_000)).await;
        assert_eq!(
            history.difference(&fresh).await,
            "NULL",
            "{kind:?}, seed {seed}"
        );
        let unmarked = format!(
            "SELECT count(*) FROM {} WHERE _load_id = 0 AND NOT _deleted",
            history.silver.dataset().quoted()
        );
        assert_eq!(fresh.one(&unmarked).await, "0", "{kind:?}, seed {seed}");
    }
    let least = match kind {
        Keeping::Appended => 0,
        // whole rows are seldom the same
        Keeping::Whole => 5,
        _ => 30,
    };
    assert!(
        won >= least,
        "others came to stand where unloaded ones had won: {won}"
    );
    let loads = "SELECT count(*) FROM meta.load WHERE state = 'loading' OR rows_read <> rows_accepted + rows_quarantined + rows_dropped";
    assert_eq!(fresh.one(loads).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn appended() {
    unloaded_is_never_loaded(Keeping::Appended).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_row() {
    unloaded_is_never_loaded(Keeping::Whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest() {
    unloaded_is_never_loaded(Keeping::Newest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first() {
    unloaded_is_never_loaded(Keeping::First).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_highest_version() {
    unloaded_is_never_loaded(Keeping::Version).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_says_it_is_gone() {
    unloaded_is_never_loaded(Keeping::Deleted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grain_without_exact_columns() {
    unloaded_is_never_loaded(Keeping::Numbers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history() {
    unloaded_is_never_loaded(Keeping::History).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_of_what_may_be_gone() {
    unloaded_is_never_loaded(Keeping::Lives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_files_to_gold() {
    let (_folder, _, files) = month(900).await;
    let never = Fresh::migrated().await;
    let some: Vec<_> = files
        .iter()
        .enumerate()
        .filter(|(nth, _)| nth % 4 != 1)
        .map(|(_, file)| file.clone())
        .collect();
    run(
        &Retail::open(&never.database, &settings()).await.unwrap(),
        &some,
    )
    .await;

    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    let landing = Table::landing(Contract::of::<Sale>().unwrap());
    run(&retail, &files[..20]).await;
    // one before anybody has seen it, the others afterwards, in two runs
    let mut unseen = true;
    for part in [&files[20..], &[]] {
        retail.bronze(part, Arc::new(Silent)).await;
        for (nth, file) in files.iter().enumerate().filter(|(nth, _)| nth % 4 == 1) {
            let name = file.file_name().unwrap().to_str().unwrap();
            let load = format!(
                "SELECT max(load_id) FROM meta.load WHERE source = '{name}' AND state = 'applied'"
            );
            let Ok(load) = fresh.one(&load).await.parse() else {
                continue;
            };
            if nth % 8 == 1 || !unseen {
                fresh
                    .database
                    .unload(&landing, LoadId(load), "wrong month")
                    .await
                    .unwrap();
            }
        }
        unseen = false;
        run(&retail, &[]).await;
    }
    assert_eq!(fresh.digest().await, never.digest().await);

    // and loaded again after all
    run(&retail, &files).await;
    let whole = Fresh::migrated().await;
    run(
        &Retail::open(&whole.database, &settings()).await.unwrap(),
        &files,
    )
    .await;
    assert_eq!(fresh.digest().await, whole.digest().await);
    assert_eq!(
        retail.silver(Arc::new(Silent)).await.unwrap(),
        metalayer::pg::Advance::default()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unloads_while_increments_run() {
    let fresh = Fresh::migrated().await;
    for seed in 0..4 {
        let history = History::new(&fresh, &format!("race_{seed}"), Keeping::Version).await;
        let mut dice = Dice(seed);
        let mut loads = Vec::new();
        for turn in 0..10 {
            let mut rows: Vec<Row> = (0..20).map(|_| row(&history.from, &mut dice)).collect();
            rows[0].set(3, Value::Int(100 + turn)).unwrap();
            loads.push(
                history
                    .load(&format!("load {turn}"), rows)
                    .await
                    .receipt()
                    .unwrap()
                    .load,
            );
        }
        let (reader, unloader) = (history.clone(), history.clone());
        let reader = tokio::spawn(async move {
            let (increment, flow) = (reader.increment(&reader.silver), Flow::new(Gate::off()));
            for _ in 0..12 {
                reader.advance(&increment, &flow).await;
            }
        });
        let unloader = tokio::spawn(async move {
            for load in loads.iter().step_by(2) {
                unloader.unload(*load).await;
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
        reader.await.unwrap();
        unloader.await.unwrap();
        let increment = history.increment(&history.silver);
        history.advance(&increment, &Flow::new(Gate::off())).await;
        assert_eq!(history.difference(&fresh).await, "NULL", "seed {seed}");
    }
}
