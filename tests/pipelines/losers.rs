//! Every record that a merge leaves out is there with its reason and its winner.

use metalayer::core::Records;
use metalayer::prelude::*;

use crate::support::Fresh;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.prices")]
struct Price {
    id: i64,
    version: i64,
    price: i64,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.prices", grain = "id")]
struct Latest {
    id: i64,
    version: i64,
    price: i64,
}

fn price(id: i64, version: i64, price: i64) -> Price {
    Price { id, version, price }
}

async fn take(fresh: &Fresh, into: &Table, prices: Vec<Price>) -> Scorecard {
    let from = Contract::of::<Price>().unwrap();
    let landing = Table::landing(from.clone());
    for table in [&landing, into] {
        fresh.database.create(table).await.unwrap();
    }
    let mut store = Store::new(&fresh.database, &landing);
    let flow = Flow::new(Gate::off());
    let name = format!("{} prices", prices.len());
    flow.run(&mut Records::new(name, prices), &mut store)
        .await
        .unwrap();
    let increment = Increment::new(&fresh.database, "prices", &from, into);
    let latest =
        |Price { id, version, price }: Price, _: &mut Report| Some(Latest { id, version, price });
    let advance = increment.run(&flow, Price::blank(), &latest).await.unwrap();
    advance.card()
}

fn merged(wins: impl FnOnce(Merge) -> Merge) -> Table {
    let contract = Contract::of::<Latest>().unwrap();
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, wins(merge))
}

const LOSERS: &str = "SELECT string_agg(concat_ws(' ', load_id, origin_load, record_no, reason, winner_load, winner_record), ', ' \
    ORDER BY load_id, record_no) FROM meta.loser";

#[tokio::test(flavor = "multi_thread")]
async fn why_and_against_which() {
    let fresh = Fresh::migrated().await;
    let table = merged(|merge| merge.version("version"));
    let first = vec![
        price(1, 2, 5),
        price(1, 2, 5),
        price(1, 1, 5),
        price(1, 2, 4),
    ];
    take(&fresh, &table, first).await;
    take(&fresh, &table, vec![price(2, 1, 1), price(1, 1, 9)]).await;
    let expected = "2 1 2 duplicate 1 1, 2 1 3 older 1 1, 2 1 4 tie 1 1, 4 3 2 older 1 1";
    assert_eq!(fresh.one(LOSERS).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_later_than_the_first() {
    let fresh = Fresh::migrated().await;
    let table = merged(Merge::first);
    take(
        &fresh,
        &table,
        vec![price(1, 1, 1), price(1, 9, 9), price(1, 1, 1)],
    )
    .await;
    let expected = "2 1 2 later 1 1, 2 1 3 duplicate 1 1";
    assert_eq!(fresh.one(LOSERS).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_a_hundred_thousand_are_kept_and_all_are_counted() {
    let fresh = Fresh::migrated().await;
    let table = merged(|merge| merge.version("version"));
    let card = take(&fresh, &table, vec![price(1, 1, 1); 100_003]).await;
    assert_eq!((card.accepted, card.dropped["duplicate"]), (1, 100_002));
    let kept = "SELECT count(*) || ' ' || min(record_no) || ' ' || max(record_no) FROM meta.loser";
    assert_eq!(fresh.one(kept).await, "100000 2 100001");
    let counted = "SELECT records FROM meta.drop_result WHERE load_id = 2";
    assert_eq!(fresh.one(counted).await, "100002");
}
