//! Whatever order loads become visible in, and however they are cut into increments, the tables are the same.

use std::sync::Arc;

use metalayer::core::{Encoded, Feed, Load, Records, Row, Store as _, Value, Verdict};
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::keeping::{COLUMNS, Keeping, contract, day, row};
use crate::support::{Fresh, begun};

const ORDERS: u64 = 20;

/// One table and what goes into it.
struct Arrivals {
    keeping: Keeping,
    from: Arc<Contract>,
    silver: Table,
    increment: Increment,
}

impl Arrivals {
    async fn new(fresh: &Fresh, keeping: Keeping, name: &str, batch: usize) -> Self {
        let from = contract(&format!("bronze.{name}"), &[]);
        let silver = keeping.table(&format!("silver.{name}"));
        for table in [&Table::landing(from.clone()), &silver] {
            fresh.database.create(table).await.unwrap();
        }
        let increment = Increment::new(&fresh.database, name, &from, &silver).batch(batch);
        Arrivals {
            keeping,
            from: Arc::new(from),
            silver,
            increment,
        }
    }

    async fn advance(&self) -> metalayer::pg::Advance {
        let blank = Row::new(Arc::clone(&self.from));
        let same = |row: Row, _: &mut Report| Some(row);
        let flow = Flow::new(Gate::off());
        self.increment.run(&flow, blank, &same).await.unwrap()
    }

    /// Loads that begin one after the other, and become visible in another order; some are taken in at once.
    async fn arrive(&self, fresh: &Fresh, loads: &[Vec<Row>], order: &[usize], taken: &[bool]) {
        let landing = Table::landing((*self.from).clone());
        let mut stores: Vec<Store> = loads
            .iter()
            .map(|_| Store::new(&fresh.database, &landing))
            .collect();
        let mut open = Vec::new();
        for (nth, (store, rows)) in stores.iter_mut().zip(loads).enumerate() {
            let mut feed = Records::new(format!("load {nth}"), rows.clone());
            let key = Feed::<Encoded>::open(&mut feed).await.unwrap();
            let load = begun(store.begin(key).await);
            open.push(Some((feed, load)));
        }
        for (nth, taken) in order.iter().zip(taken) {
            let (mut feed, mut load) = open[*nth].take().unwrap();
            let mut card = Scorecard::default();
            while let Some(chunk) = Feed::<Encoded>::next(&mut feed, load.id()).await.unwrap() {
                card += &chunk.card;
                load.write(chunk).await.unwrap();
            }
            load.publish(Verdict::Applied, card).await.unwrap();
            if *taken {
                self.advance().await;
            }
        }
        self.advance().await;
        assert_eq!(self.advance().await, metalayer::pg::Advance::default());
    }

    /// The rows, with the name of their load where `lineage` says so.
    async fn digest(&self, fresh: &Fresh, lineage: &str) -> String {
        let span = match self.keeping.is_history() {
            true => "valid_from, valid_to",
            false => "NULL",
        };
        let query = format!(
            "SELECT string_agg(r, ' ' ORDER BY r COLLATE \"C\") FROM (SELECT ROW({COLUMNS}, {span}, _deleted, {lineage})::text \
             AS r FROM {} AS s JOIN meta.load USING (load_id)) AS rows",
            format_args!(
                "(SELECT *, _load_id AS load_id FROM {})",
                self.silver.dataset().quoted()
            )
        );
        fresh.one(&query).await
    }
}

fn shuffled(count: usize, dice: &mut Dice) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for nth in (1..count).rev() {
        order.swap(nth, dice.below(nth as u64 + 1) as usize);
    }
    order
}

async fn loads(keeping: Keeping) -> Vec<Vec<Row>> {
    let from = Arc::new(contract("bronze.any", &[]));
    let mut dice = Dice(keeping as u64);
    let load = |_| {
        let rows = 4 + dice.below(4);
        (0..rows).map(|_| row(&from, &mut dice)).collect()
    };
    (0..5).map(load).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn in_any_order_and_any_split_with_any_batch() {
    for keeping in Keeping::ALL {
        let (fresh, loads) = (Fresh::migrated().await, loads(keeping).await);
        let mut first = None;
        for seed in 0..ORDERS {
            let mut dice = Dice(seed);
            let (order, batch) = (shuffled(5, &mut dice), 1 + dice.below(7) as usize);
            let taken: Vec<bool> = order.iter().map(|_| dice.below(2) > 0).collect();
            let arrivals = Arrivals::new(&fresh, keeping, &format!("a{seed}"), batch).await;
            arrivals.arrive(&fresh, &loads, &order, &taken).await;
            let digest = arrivals.digest(&fresh, "source, _record_no").await;
            assert!(digest.len() > 100, "{keeping:?}: {digest}");
            assert_eq!(
                first.get_or_insert(digest.clone()),
                &digest,
                "{keeping:?}, {order:?}, {taken:?}"
            );
        }
    }
}

/// P19: where the data say who wins, it does not matter either which file is loaded first.
#[tokio::test(flavor = "multi_thread")]
async fn files_in_any_order() {
    let by_content = Keeping::ALL
        .into_iter()
        .filter(|keeping| !matches!(keeping, Keeping::Newest | Keeping::First | Keeping::Whole));
    for keeping in by_content {
        let (fresh, loads) = (Fresh::migrated().await, loads(keeping).await);
        let mut first = None;
        for seed in 0..ORDERS {
            let mut dice = Dice(seed);
            let order = shuffled(5, &mut dice);
            let taken: Vec<bool> = order.iter().map(|_| dice.below(2) > 0).collect();
            let files: Vec<Vec<Row>> = order.iter().map(|nth| loads[*nth].clone()).collect();
            let arrivals = Arrivals::new(&fresh, keeping, &format!("f{seed}"), 100).await;
            let as_begun: Vec<usize> = (0..5).collect();
            arrivals.arrive(&fresh, &files, &as_begun, &taken).await;
            let digest = arrivals.digest(&fresh, "0").await;
            assert_eq!(
                first.get_or_insert(digest.clone()),
                &digest,
                "{keeping:?}, {order:?}"
            );
        }
    }
}

/// An upsert that skips rows with an unchanged payload forgets the newer load, and then an older row wins.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_load_that_brings_nothing_new_is_remembered() {
    let fresh = Fresh::migrated().await;
    let arrivals = Arrivals::new(&fresh, Keeping::Newest, "trap", 10).await;
    let row = |id: i64, content: i64| {
        let mut row = Row::new(Arc::clone(&arrivals.from));
        row.set(0, Value::Int(id)).unwrap();
        row.set(3, Value::Int(content)).unwrap();
        row.set(4, day(0)).unwrap();
        row
    };
    // the second row makes the third load another content than the first
    let loads = [vec![row(1, 7)], vec![row(1, 8)], vec![row(1, 7), row(2, 7)]];
    let seen = [true, true, true];
    arrivals.arrive(&fresh, &loads, &[0, 2, 1], &seen).await;
    let held = "SELECT content || ' ' || source || ' ' || (_changed_load = 4) FROM silver.trap JOIN meta.load ON load_id = _load_id WHERE id = 1";
    assert_eq!(fresh.one(held).await, "7 load 2 true");
}
