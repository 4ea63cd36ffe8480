//! Whatever the increments, the table is the one a rebuild gives, and every loser is counted.

use std::sync::Arc;

use metalayer::core::{Records, Row};
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::keeping::winners::expected_and_found;
use crate::keeping::{Keeping, contract, row};
use crate::support::Fresh;

/// Histories tried for each kind of merge.
const HISTORIES: u64 = 25;

/// One kind of table over one random history.
struct History {
    kind: Keeping,
    from: Arc<Contract>,
    incremental: Table,
    rebuilt: Table,
}

impl History {
    async fn new(fresh: &Fresh, kind: Keeping, seed: u64) -> Self {
        let name = format!("{kind:?}_{seed}").to_lowercase();
        let from = contract(&format!("bronze.{name}"), &[]);
        let (incremental, rebuilt) = (
            kind.table(&format!("silver.{name}")),
            kind.table(&format!("silver.{name}_rebuilt")),
        );
        for table in [&Table::landing(from.clone()), &incremental, &rebuilt] {
            fresh.database.create(table).await.unwrap();
        }
        History {
            kind,
            from: Arc::new(from),
            incremental,
            rebuilt,
        }
    }

    fn increment(&self, fresh: &Fresh, into: &Table) -> Increment {
        let pipeline = into.dataset().to_string();
        Increment::new(&fresh.database, pipeline, &self.from, into).batch(3)
    }

    async fn advance(&self, increment: &Increment) -> Scorecard {
        let same = |row: Row, _: &mut Report| Some(row);
        let blank = Row::new(Arc::clone(&self.from));
        let advance = increment
            .run(&Flow::new(Gate::off()), blank, &same)
            .await
            .unwrap();
        advance.card()
    }

    /// Loads a history, taking it in now and then, and also at once: then every record that counts as accepted is a row.
    async fn run(&self, fresh: &Fresh, dice: &mut Dice) -> Scorecard {
        let landing = Table::landing((*self.from).clone());
        let increment = self.increment(fresh, &self.incremental);
        let mut card = Scorecard::default();
        for load in 0..6 {
            let rows = (0..=dice.below(8)).map(|_| row(&self.from, dice)).collect();
            let mut feed = Records::new(format!("load {load}"), rows).chunk(2);
            let mut store = Store::new(&fresh.database, &landing);
            Flow::new(Gate::off())
                .run(&mut feed, &mut store)
                .await
                .unwrap();
            if dice.below(2) > 0 {
                card += &self.advance(&increment).await;
            }
        }
        card += &self.advance(&increment).await;
        let at_once = self.advance(&self.increment(fresh, &self.rebuilt)).await;
        let rows = format!("SELECT count(*) FROM {}", self.rebuilt.dataset().quoted());
        if !self.kind.is_history() {
            assert_eq!(at_once.accepted.to_string(), fresh.one(&rows).await);
        }
        card
    }
}

/// The reasons for which records of a kind lose.
fn reasons(kind: Keeping) -> &'static [&'static str] {
    match kind {
        Keeping::Appended => &[],
        Keeping::Whole => &["duplicate"],
        Keeping::Newest => &["duplicate", "older"],
        Keeping::First => &["duplicate", "later"],
        Keeping::Version | Keeping::Deleted | Keeping::Numbers => &["duplicate", "older", "tie"],
        Keeping::History | Keeping::Lives => &["duplicate", "tie"],
    }
}

async fn incremental_is_rebuilt(kind: Keeping) {
    let fresh = Fresh::migrated().await;
    let mut losers = Scorecard::default();
    for seed in 0..HISTORIES {
        let history = History::new(&fresh, kind, seed).await;
        let card = history.run(&fresh, &mut Dice(seed)).await;
        assert!(card.is_conserved(), "{card:?}");
        let difference = kind.difference(&history.incremental, &history.rebuilt);
        assert_eq!(
            fresh.one(&difference).await,
            "NULL",
            "{kind:?}, seed {seed}"
        );
        let (expected, found) =
            expected_and_found(&fresh, kind, &history.from, &history.incremental).await;
        assert_eq!(found, expected, "{kind:?}, seed {seed}");
        losers += &card;
    }
    let found: Vec<&str> = losers.dropped.keys().map(String::as_str).collect();
    assert_eq!(found, reasons(kind), "{losers:?}");
    assert_eq!(fresh.one(UNRECORDED).await, "0", "every loser is recorded");
}

/// Loads of which fewer or more losers are recorded, for any reason, than are counted.
const UNRECORDED: &str = "SELECT count(*)
    FROM (SELECT load_id, reason, count(*) AS records FROM meta.loser GROUP BY load_id, reason) AS recorded
    FULL JOIN meta.drop_result AS counted USING (load_id, reason)
    WHERE recorded.records IS DISTINCT FROM counted.records";

#[tokio::test(flavor = "multi_thread")]
async fn appended() {
    incremental_is_rebuilt(Keeping::Appended).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_row() {
    incremental_is_rebuilt(Keeping::Whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest() {
    incremental_is_rebuilt(Keeping::Newest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first() {
    incremental_is_rebuilt(Keeping::First).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_highest_version() {
    incremental_is_rebuilt(Keeping::Version).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_says_it_is_gone() {
    incremental_is_rebuilt(Keeping::Deleted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grain_of_numbers() {
    incremental_is_rebuilt(Keeping::Numbers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history() {
    incremental_is_rebuilt(Keeping::History).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_of_what_may_be_gone() {
    incremental_is_rebuilt(Keeping::Lives).await;
}
