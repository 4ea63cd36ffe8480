//! The quarantine closes: what was held back is put right and replayed once, or discarded, and every record is in one
//! place.

use metalayer::core::{Audit, Kind, LoadId};
use metalayer::pg::{EntryFilter, EntryForm, EntryId, EntryState, QuarantineEntry, Tally};
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::killer::{self, Killing};
use crate::replay_example;
use crate::support::{Fresh, open};

mod desk;
pub mod killed;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.orders", grain = "id")]
struct Order {
    #[column(name = "Id", critical)]
    id: i64,
    #[column(name = "Mail")]
    email: Pii<String>,
    #[column(name = "Day", format = "%d.%m.%Y")]
    day: chrono::NaiveDate,
    #[column(critical)]
    amount: rust_decimal::Decimal,
    note: Option<String>,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.orders", grain = "id")]
struct Clean {
    id: i64,
    amount: rust_decimal::Decimal,
}

fn judge() -> Judge<Order> {
    let rules = RuleSet::new().quarantine(Order::ID.at_least(1));
    rules.quarantine(Order::AMOUNT.positive()).build().unwrap()
}

fn table() -> Table {
    Table::landing(Contract::of::<Order>().unwrap())
}

fn flow() -> Flow {
    Flow::new(Gate::off())
}

async fn load(database: &Database, flow: &Flow, lines: &str) -> Result<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    std::fs::write(&path, format!("Id,note,Day,amount,Mail\n{lines}")).unwrap();
    let mut store = Store::new(database, &table());
    flow.run(&mut CsvFile::new(&path, judge()), &mut store)
        .await
}

/// A database with one load of two good records and four bad ones: width, amount, mark, decode.
const LINES: &str = "1,,01.03.2024,5.00,a@canary\n2,,01.03.2024,5,00,b@canary\n3,x,02.03.2024,0,c@canary\n\
    4,,02.03.2024,7.5,d@canary\n5,,\"1\".3.2024,1,e@canary\n6,,yesterday,1,f@canary\n";

async fn loaded() -> Fresh {
    let fresh = Fresh::migrated().await;
    load_lines(&fresh.database).await;
    fresh
}

async fn load_lines(database: &Database) {
    database.create(&table()).await.unwrap();
    let outcome = load(database, &flow(), LINES).await.unwrap();
    assert_eq!(outcome.receipt().unwrap().card.quarantined, 4);
}

fn desk(fresh: &Fresh) -> QuarantineDesk {
    QuarantineDesk::of(&fresh.database).revealed()
}

async fn replay(database: &Database) -> Result<Option<Outcome>> {
    let desk = QuarantineDesk::of(database);
    desk.replay(&flow(), &table(), |fixed| {
        FixedRecords::new(fixed, judge()).chunk(2)
    })
    .await
}

fn right(entry: &QuarantineEntry) -> Option<Vec<u8>> {
    Some(format!("{},right,05.03.2024,1.50,z@canary", entry.id.record).into_bytes())
}

fn id(record: u64) -> EntryId {
    let load = LoadId(1);
    EntryId {
        load,
        origin: load,
        record,
    }
}

const ROWS: &str =
    "SELECT string_agg(concat_ws(' ', id, amount, note, day), ', ' ORDER BY id) FROM bronze.orders";

/// Of every record of a file: the rows, the entries that are not replayed, those that are not kept. Replays bring
/// nothing in that was not there.
const CONSERVED: &str = "SELECT read = rows + waiting FROM (SELECT \
    (SELECT sum(rows_read) FROM meta.load WHERE state = 'applied' AND source_sha256 IS NOT NULL) AS read, \
    (SELECT count(*) FROM bronze.orders) AS rows, \
    (SELECT count(*) FROM meta.quarantine WHERE state <> 'replayed') AS waiting) AS counted";

async fn check_conserved(fresh: &Fresh) {
    assert_eq!(fresh.one(CONSERVED).await, "true");
    let broken = "SELECT count(*) FROM meta.load WHERE rows_read <> rows_accepted + rows_quarantined + rows_dropped";
    assert_eq!(fresh.one(broken).await, "0");
    // what took an entry's place is a row, or an entry once more
    let lost = "SELECT count(*) FROM meta.quarantine AS old WHERE state = 'replayed' AND 1 <> \
        (SELECT count(*) FROM bronze.orders WHERE _load_id = old.replayed_by AND _record_no = old.replayed_as) + \
        (SELECT count(*) FROM meta.quarantine WHERE load_id = old.replayed_by AND record_no = old.replayed_as)";
    assert_eq!(fresh.one(lost).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_does_what_it_says() {
    let (fresh, folder) = (Fresh::empty().await, tempfile::tempdir().unwrap());
    let done = replay_example::run(&fresh.database, folder.path())
        .await
        .unwrap();
    let tally = Tally {
        held: 3,
        kept: 3,
        open: 0,
        fixed: 0,
        replayed: 2,
        discarded: 1,
    };
    assert_eq!((done.tally, done.rows), (tally, [2, 4, 4]));
    assert_eq!(done.export.lines().count(), 4);
    assert!(!done.export.contains("example.com"), "{}", done.export);
    assert!(done.export.contains(",\"***\","), "{}", done.export);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_of_it_then_the_rest() {
    let fresh = loaded().await;
    let desk = desk(&fresh);
    assert_eq!(
        replay(&fresh.database).await.unwrap(),
        None,
        "nobody decided"
    );
    let even = |entry: &QuarantineEntry| right(entry).filter(|_| entry.id.record.is_multiple_of(2));
    let all = EntryFilter::default();
    assert_eq!(desk.fix_all(&all, even).await.unwrap(), 2);
    let receipt = replay(&fresh.database).await.unwrap().unwrap();
    assert_eq!(receipt.receipt().unwrap().card.accepted, 2);
    check_conserved(&fresh).await;
    assert_eq!(replay(&fresh.database).await.unwrap(), None);
    assert_eq!(
        desk.fix_all(&all, right).await.unwrap(),
        2,
        "replayed ones are not shown"
    );
    replay(&fresh.database).await.unwrap().unwrap();
    let rows = fresh.one(ROWS).await;
    assert_eq!(
        rows,
        "1 5.00 2024-03-01, 2 1.50 right 2024-03-05, 3 1.50 right 2024-03-05, 4 7.5 2024-03-02, \
         5 1.50 right 2024-03-05, 6 1.50 right 2024-03-05"
    );
    assert_eq!(
        replay(&fresh.database).await.unwrap(),
        None,
        "twice is once"
    );
    assert_eq!(fresh.one(ROWS).await, rows);
    check_conserved(&fresh).await;
    assert_eq!(
        fresh
            .one("SELECT string_agg(load_id || ' of ' || input_load, ', ') FROM meta.lineage")
            .await,
        "2 of 1, 3 of 1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_wrong_is_held_back_once_more_and_can_be_put_right_again() {
    let fresh = loaded().await;
    let desk = desk(&fresh);
    desk.fix(id(2), "2,,01.03.2024,-1,b@canary").await.unwrap();
    desk.fix(id(6), "6,,01.03.2024,1\n").await.unwrap();
    desk.fix(id(3), "3,,03.03.2024,4,c@canary\r\n")
        .await
        .unwrap();
    let outcome = replay(&fresh.database).await.unwrap().unwrap();
    let card = &outcome.receipt().unwrap().card;
    assert_eq!((card.read, card.accepted, card.quarantined), (3, 1, 2));
    assert_eq!(
        (
            card.rules["amount.positive"].violations,
            card.rules["csv.width"].violations
        ),
        (1, 1)
    );
    check_conserved(&fresh).await;
    let again = EntryFilter::default().load(outcome.receipt().unwrap().load);
    let held = desk.list(&again).await.unwrap();
    assert_eq!(held[0].whole().unwrap(), b"2,,01.03.2024,-1,b@canary");
    assert_eq!(
        (held[0].form, held[0].state),
        (EntryForm::Source, EntryState::Open)
    );
    let old = desk.show(id(2)).await.unwrap();
    assert_eq!(
        (old.state, old.replayed),
        (
            EntryState::Replayed,
            Some((held[0].id.load, held[0].id.record))
        )
    );
    desk.fix_all(&again, right).await.unwrap();
    replay(&fresh.database).await.unwrap().unwrap();
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.orders").await, "5");
    check_conserved(&fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_an_audit_held_back_come_back_as_json() {
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    let sql = "SELECT \"_load_id\", \"_record_no\" FROM {rows} AS r WHERE amount > 6";
    let audited = flow().audit(Audit::of_rows("amount.limit", sql).quarantine().unwrap());
    load(
        &fresh.database,
        &audited,
        "1,\"a \"\"b\"\"\",29.02.2024,12345678901234567890.12345,ä@x\n2,,01.03.2024,1,b@x\n",
    )
    .await
    .unwrap();
    let desk = desk(&fresh);
    let entry = desk.show(id(1)).await.unwrap();
    assert_eq!(entry.form, EntryForm::Row);
    let whole = |entry: &QuarantineEntry| entry.whole().map(<[u8]>::to_vec);
    desk.fix_all(&EntryFilter::default(), whole).await.unwrap();
    let outcome = replay(&fresh.database).await.unwrap().unwrap();
    assert_eq!(outcome.receipt().unwrap().card.accepted, 1);
    let row =
        "SELECT concat_ws(' ', id, amount, note, day, email) FROM bronze.orders WHERE _load_id = 2";
    assert_eq!(
        fresh.one(row).await,
        "1 12345678901234567890.12345 a \"b\" 2024-02-29 ä@x"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_silver_held_back_is_put_right_in_bronze_and_reaches_silver() {
    let fresh = loaded().await;
    let contract = Contract::of::<Clean>().unwrap();
    let silver = Table::merged(contract.clone(), Merge::on_grain(&contract).unwrap());
    fresh.database.create(&silver).await.unwrap();
    let from = Contract::of::<Order>().unwrap();
    let increment = Increment::new(&fresh.database, "orders", &from, &silver);
    let clean = |order: Order, _: &mut Report| {
        let (id, amount) = (order.id, order.amount);
        Some(Clean { id, amount })
    };
    let small =
        RuleSet::<Clean>::new().quarantine(Clean::AMOUNT.at_most(rust_decimal::Decimal::from(7)));
    let stage = clean.then(small.build().unwrap());
    increment
        .run(&flow(), Order::blank(), &stage)
        .await
        .unwrap();
    assert_eq!(
        fresh
            .one("SELECT string_agg(id::text, ' ') FROM silver.orders")
            .await,
        "1"
    );

    let desk = desk(&fresh);
    desk.fix(id(3), "3,,03.03.2024,4,c@canary").await.unwrap();
    let of_silver = EntryFilter::default().dataset(silver.dataset());
    let row = r#"{"id": 4, "email": "d@x", "day": "2024-03-02", "amount": 6.5}"#;
    assert_eq!(
        desk.fix_all(&of_silver, |_| Some(row.into()))
            .await
            .unwrap(),
        1
    );
    let outcome = replay(&fresh.database).await.unwrap().unwrap();
    assert_eq!(outcome.receipt().unwrap().card.accepted, 2);
    increment
        .run(&flow(), Order::blank(), &stage)
        .await
        .unwrap();
    let rows = "SELECT string_agg(id || ' ' || amount, ', ' ORDER BY id) FROM silver.orders";
    assert_eq!(fresh.one(rows).await, "1 5.00, 3 4, 4 6.5");
    assert_eq!(replay(&fresh.database).await.unwrap(), None);
}

/// Whatever is decided in whatever order, each record is in one place; in the end all are where they were meant to be.
#[tokio::test(flavor = "multi_thread")]
async fn decisions_in_any_order() {
    for seed in 0..6 {
        let (fresh, mut dice) = (loaded().await, Dice(seed));
        let (desk, open) = (desk(&fresh), EntryFilter::default().state(EntryState::Open));
        let mut discarded = 0;
        for _ in 0..12 {
            let entries = desk.list(&open).await.unwrap();
            let entry = entries.get(dice.below(4) as usize);
            match (dice.below(5), entry) {
                (0, Some(entry)) => {
                    desk.discard(entry.id, "not needed").await.unwrap();
                    discarded += 1;
                }
                (1, Some(entry)) => desk.fix(entry.id, "wrong").await.unwrap(),
                (2, Some(entry)) => desk.fix(entry.id, right(entry).unwrap()).await.unwrap(),
                _ => drop(replay(&fresh.database).await.unwrap()),
            }
            check_conserved(&fresh).await;
        }
        desk.fix_all(&EntryFilter::default(), right).await.unwrap();
        replay(&fresh.database).await.unwrap();
        assert_eq!(replay(&fresh.database).await.unwrap(), None);
        check_conserved(&fresh).await;
        let rows = fresh.one("SELECT count(*) FROM bronze.orders").await;
        assert_eq!(rows, (6 - discarded).to_string(), "seed {seed}");
        let tally = desk.tally(table().dataset()).await.unwrap();
        assert_eq!(
            (tally.open, tally.fixed, tally.discarded),
            (0, 0, discarded)
        );
        assert_eq!(tally.held, tally.replayed + tally.discarded, "{tally:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_replay_each_record_once() {
    let fresh = loaded().await;
    desk(&fresh)
        .fix_all(&EntryFilter::default(), right)
        .await
        .unwrap();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let database = fresh.database.clone();
        all.spawn(async move { replay(&database).await });
    }
    let mut applied = 0;
    for outcome in all.join_all().await {
        match outcome.unwrap() {
            Some(Outcome::Applied(receipt)) => applied += receipt.card.accepted,
            None | Some(Outcome::Busy(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(applied, 4);
    check_conserved(&fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_comes_during_a_replay_is_not_lost() {
    let fresh = loaded().await;
    let desk = desk(&fresh);
    desk.fix(id(2), right(&desk.show(id(2)).await.unwrap()).unwrap())
        .await
        .unwrap();
    let (flow, table) = (flow(), table());
    let outcome = desk.replay(&flow, &table, |fixed| {
        // between reading and locking, somebody puts it right once more
        let better = desk.fix(id(2), "2,better,05.03.2024,1.50,z@canary");
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(better)).unwrap();
        FixedRecords::new(fixed, judge())
    });
    assert_eq!(outcome.await.unwrap(), Some(Outcome::Busy(None)));
    replay(&fresh.database).await.unwrap().unwrap();
    assert_eq!(
        fresh
            .one("SELECT note FROM bronze.orders WHERE id = 2")
            .await,
        "better"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_gate_refuses_a_replay_nothing_moves() {
    let fresh = loaded().await;
    let desk = desk(&fresh);
    desk.fix(id(2), "still wrong").await.unwrap();
    let strict = Flow::new(Gate::default());
    let table = table();
    let replay = desk.replay(&strict, &table, |fixed| FixedRecords::new(fixed, judge()));
    assert!(matches!(replay.await, Ok(Some(Outcome::Refused(_)))));
    assert_eq!(desk.show(id(2)).await.unwrap().state, EntryState::Fixed);
    let refused = EntryFilter::default().load(LoadId(2));
    let of_refused = desk.list(&refused).await.unwrap();
    assert_eq!(
        desk.fix_all(&refused, right).await.unwrap(),
        0,
        "of a refused load nothing comes back"
    );
    let error = desk.fix(of_refused[0].id, "1").await.unwrap_err();
    assert!(error.to_string().contains("not applied"), "{error}");
}
