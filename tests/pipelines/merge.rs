//! Whatever the increments, the table is the one a rebuild gives, and every loser is counted.

use std::sync::Arc;

use metalayer::core::{ColumnDef, Records, Row, Type, Value};
use metalayer::prelude::*;

use crate::support::Fresh;

/// Histories tried for each kind of merge.
const HISTORIES: u64 = 25;

/// Small numbers, so that keys, versions and contents collide often.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

pub(crate) fn contract(dataset: &str, grain: &[&str]) -> Contract {
    let nullable = |name, ty| ColumnDef {
        nullable: true,
        ..ColumnDef::of(name, ty)
    };
    let contract = Contract {
        dataset: dataset.parse().unwrap(),
        columns: vec![
            ColumnDef::of("id", Type::Int4),
            nullable("part", Type::Text),
            nullable("version", Type::Int8),
            nullable("content", Type::Numeric),
        ],
        grain: grain.iter().map(ToString::to_string).collect(),
    };
    contract.checked().unwrap()
}

pub(crate) fn row(contract: &Arc<Contract>, dice: &mut Dice) -> Row {
    let mut row = Row::new(Arc::clone(contract));
    row.set(0, Value::Int(dice.below(3) as i64)).unwrap();
    if dice.below(2) > 0 {
        row.set(1, Value::Text(String::from("a"))).unwrap();
    }
    if dice.below(4) > 0 {
        row.set(2, Value::Int(dice.below(3) as i64)).unwrap();
    }
    row.set(
        3,
        Value::Decimal(rust_decimal::Decimal::from(dice.below(3))),
    )
    .unwrap();
    row
}

/// One kind of merge over one random history.
struct History {
    from: Arc<Contract>,
    incremental: Table,
    rebuilt: Table,
}

impl History {
    async fn new(fresh: &Fresh, name: &str, grain: &[&str], version: Option<&str>) -> Self {
        let from = contract(&format!("bronze.{name}"), &[]);
        let table = |dataset: String| {
            let contract = contract(&dataset, grain);
            let merge = Merge::on_grain(&contract).unwrap();
            let merge = version.map_or(merge.clone(), |version| merge.version(version));
            Table::merged(contract, merge)
        };
        let (incremental, rebuilt) = (
            table(format!("silver.{name}")),
            table(format!("silver.{name}_rebuilt")),
        );
        for table in [&Table::landing(from.clone()), &incremental, &rebuilt] {
            fresh.database.create(table).await.unwrap();
        }
        History {
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

    /// Loads a history, taking it in now and then, and compares with taking it in at once.
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
        self.advance(&self.increment(fresh, &self.rebuilt)).await;
        card
    }

    /// Rows of one table that the other does not have, lineage included.
    async fn difference(&self, fresh: &Fresh) -> String {
        let columns = "id, part, version, content, _load_id, _record_no";
        let (one, other) = (
            self.incremental.dataset().quoted(),
            self.rebuilt.dataset().quoted(),
        );
        let missing = |a: &str, b: &str| {
            format!("(SELECT {columns} FROM {a} EXCEPT SELECT {columns} FROM {b})")
        };
        let query = format!(
            "SELECT string_agg(d::text, ' ') FROM ({} UNION ALL {}) AS d",
            missing(&one, &other),
            missing(&other, &one)
        );
        fresh.one(&query).await
    }
}

async fn incremental_is_rebuilt(kind: &str, grain: &[&str], version: Option<&str>) {
    let fresh = Fresh::migrated().await;
    let mut losers = Scorecard::default();
    for seed in 0..HISTORIES {
        let history = History::new(&fresh, &format!("{kind}_{seed}"), grain, version).await;
        let card = history.run(&fresh, &mut Dice(seed)).await;
        assert!(card.is_conserved(), "{card:?}");
        assert_eq!(
            history.difference(&fresh).await,
            "NULL",
            "{kind}, seed {seed}"
        );
        losers += &card;
    }
    assert!(losers.dropped["duplicate"] > 0, "{losers:?}");
    assert_eq!(
        losers.dropped.contains_key("older"),
        grain.len() < 4,
        "{losers:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_row() {
    incremental_is_rebuilt("whole", &["id", "part", "version", "content"], None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest() {
    incremental_is_rebuilt("newest", &["id", "part"], None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_highest_version() {
    incremental_is_rebuilt("version", &["id", "part"], Some("version")).await;
}
