//! One suite for every store: what a load promises, whatever it is kept in.

use metalayer::core::{
    Action, Begun, Chunk, Encoded, Fingerprint, Flow, Gate, Held, Judged, Load, LoadId, LoadKey,
    Located, Memory, Outcome, Position, Records, Scorecard, Store as _, Verdict, Violation,
};
use metalayer::pg::{Joined, Store, Table};
use metalayer::prelude::*;

use crate::support::{Fresh, begun};

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.things", grain = "id")]
struct Thing {
    id: i64,
    name: Option<String>,
}

fn things(ids: std::ops::Range<i64>) -> Vec<Thing> {
    ids.map(|id| Thing {
        id,
        name: (id % 3 > 0).then(|| format!("thing {id}")),
    })
    .collect()
}

/// What is in a store, for whoever asks.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    ids: Vec<i64>,
    held: Vec<u64>,
    /// State, read, accepted and quarantined of each load.
    ledger: Vec<(String, u64, u64, u64)>,
}

/// A store in its surroundings.
trait World {
    type Chunk: Chunk<Thing>;
    type Store<'a>: metalayer::core::Store<Self::Chunk>
    where
        Self: 'a;

    fn store(&mut self) -> Self::Store<'_>;
    async fn seen(&mut self) -> Seen;
}

struct InMemory(Memory<Thing>);

impl World for InMemory {
    type Chunk = Vec<Located<Thing>>;
    type Store<'a> = Memory<Thing>;

    fn store(&mut self) -> Memory<Thing> {
        self.0.clone()
    }

    async fn seen(&mut self) -> Seen {
        let mut ids: Vec<i64> = self.0.rows().iter().map(|row| row.record.id).collect();
        ids.sort_unstable();
        let state = |verdict: &Verdict| {
            String::from(if *verdict == Verdict::Applied {
                "applied"
            } else {
                "refused"
            })
        };
        let ledger = self.0.ledger();
        let ledger = ledger.iter().map(|entry| {
            let card = &entry.receipt.card;
            (
                state(&entry.receipt.verdict),
                card.read,
                card.accepted,
                card.quarantined,
            )
        });
        Seen {
            ids,
            held: self.0.held().iter().map(|held| held.at.record).collect(),
            ledger: ledger.collect(),
        }
    }
}

const IDS: &str = "SELECT id FROM bronze.things ORDER BY id";
const HELD: &str = "SELECT record_no FROM meta.quarantine ORDER BY load_id, record_no";
const LEDGER: &str =
    "SELECT state, rows_read, rows_accepted, rows_quarantined FROM meta.load ORDER BY load_id";

macro_rules! seen_in {
    ($client:expr) => {{
        let numbers = async |query: &str| -> Vec<i64> {
            let rows = $client.query(query, &[]).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        };
        let ledger = $client.query(LEDGER, &[]).await.unwrap();
        let count = |row: &_, at: usize| get(row, at) as u64;
        Seen {
            ids: numbers(IDS).await,
            held: numbers(HELD)
                .await
                .into_iter()
                .map(|record| record as u64)
                .collect(),
            ledger: ledger
                .iter()
                .map(|row| (row.get(0), count(row, 1), count(row, 2), count(row, 3)))
                .collect(),
        }
    }};
}

fn get(row: &tokio_postgres::Row, at: usize) -> i64 {
    row.get(at)
}

struct Pooled(Fresh, Table);

impl World for Pooled {
    type Chunk = Encoded;
    type Store<'a> = Store;

    fn store(&mut self) -> Store {
        Store::new(&self.0.database, &self.1)
    }

    async fn seen(&mut self) -> Seen {
        seen_in!(self.0.database.client().await.unwrap())
    }
}

struct InHost<'t>(tokio_postgres::Transaction<'t>, Table);

impl<'t> World for InHost<'t> {
    type Chunk = Encoded;
    type Store<'a>
        = Joined<'a, 't>
    where
        Self: 'a;

    fn store(&mut self) -> Joined<'_, 't> {
        Joined::new(&mut self.0, &self.1)
    }

    async fn seen(&mut self) -> Seen {
        seen_in!(self.0)
    }
}

async fn table(fresh: &Fresh) -> Table {
    let table = Table::landing(Contract::of::<Thing>().unwrap());
    fresh.database.create(&table).await.unwrap();
    table
}

fn key(content: &str) -> LoadKey {
    LoadKey {
        source: String::from("things.csv"),
        sha256: Some(Fingerprint::of(content)),
        rules: Fingerprint::of("rules"),
    }
}

fn chunk<B: Chunk<Thing>>(
    load: LoadId,
    ids: std::ops::Range<i64>,
    held: std::ops::Range<u64>,
) -> Judged<B> {
    let mut judged = Judged {
        rows: B::default(),
        held: Vec::new(),
        card: Scorecard::default(),
        changes: Vec::new(),
    };
    for thing in things(ids) {
        let at = Position::new(load, thing.id as u64);
        judged.rows.push(&thing, at);
        judged.card.accepted += 1;
    }
    for record in held {
        let at = Position {
            line: Some(record + 1),
            byte: Some(0),
            ..Position::new(load, record)
        };
        let violation = Violation {
            rule: String::from("id.range"),
            columns: vec![String::from("id")],
            action: Action::Quarantine,
            expected: String::from("less"),
            found: String::from("more"),
        };
        judged.held.push(Held {
            at,
            raw: b"raw".to_vec(),
            raw_len: 3,
            violations: vec![violation],
        });
        judged.card.quarantined += 1;
    }
    judged.card.read = judged.card.accepted + judged.card.quarantined;
    judged
}

/// Everything a store promises.
async fn suite<W: World>(world: &mut W) {
    applied_shows_everything(world).await;
    the_same_content_is_replayed(world).await;
    another_content_supersedes(world).await;
    refused_shows_its_reasons_and_no_row(world).await;
    refused_content_may_come_again(world).await;
    doomed_keeps_no_row(world).await;
    abandoned_leaves_nothing(world).await;
    content_without_a_hash_always_loads(world).await;
    content_known_at_the_end_is_loaded_once(world).await;
    a_flow_runs(world).await;
}

async fn load<W: World>(
    world: &mut W,
    content: &str,
    verdict: Verdict,
    chunks: [(std::ops::Range<i64>, std::ops::Range<u64>); 2],
) -> metalayer::core::Receipt {
    let mut store = world.store();
    let mut load = begun(store.begin(key(content)).await);
    let mut card = Scorecard::default();
    for (ids, held) in chunks {
        let chunk = chunk(load.id(), ids, held);
        card += &chunk.card;
        load.write(chunk).await.unwrap();
    }
    load.publish(verdict, card).await.unwrap()
}

async fn applied_shows_everything<W: World>(world: &mut W) {
    let receipt = load(
        world,
        "one",
        Verdict::Applied,
        [(0..10, 90..92), (10..15, 92..93)],
    )
    .await;
    assert_eq!(receipt.verdict, Verdict::Applied);
    let seen = world.seen().await;
    assert_eq!(seen.ids, (0..15).collect::<Vec<_>>());
    assert_eq!(seen.held, [90, 91, 92]);
    assert_eq!(seen.ledger, [(String::from("applied"), 18, 15, 3)]);
}

async fn the_same_content_is_replayed<W: World>(world: &mut W) {
    let before = world.seen().await;
    let other_name = LoadKey {
        source: String::from("renamed.csv"),
        ..key("one")
    };
    for key in [key("one"), other_name] {
        let mut store = world.store();
        assert!(matches!(
            store.begin(key).await.unwrap(),
            Begun::Replayed(_)
        ));
    }
    assert_eq!(world.seen().await, before);
}

async fn another_content_supersedes<W: World>(world: &mut W) {
    let receipt = load(
        world,
        "two",
        Verdict::Applied,
        [(20..21, 0..0), (21..22, 0..0)],
    )
    .await;
    assert!(receipt.supersedes.is_some_and(|old| old < receipt.load));
}

async fn refused_shows_its_reasons_and_no_row<W: World>(world: &mut W) {
    let before = world.seen().await;
    let verdict = Verdict::Refused(String::from("too many"));
    load(
        world,
        "three",
        verdict.clone(),
        [(30..40, 1..3), (40..50, 3..4)],
    )
    .await;
    let seen = world.seen().await;
    assert_eq!(seen.ids, before.ids);
    assert_eq!(seen.held[before.held.len()..], [1, 2, 3]);
    assert_eq!(
        seen.ledger.last().unwrap(),
        &(String::from("refused"), 23, 20, 3)
    );
}

async fn refused_content_may_come_again<W: World>(world: &mut W) {
    load(
        world,
        "three",
        Verdict::Applied,
        [(30..31, 0..0), (31..32, 0..0)],
    )
    .await;
    assert!(world.seen().await.ids.contains(&31));
}

async fn doomed_keeps_no_row<W: World>(world: &mut W) {
    let before = world.seen().await;
    let mut store = world.store();
    let mut load = begun(store.begin(key("four")).await);
    let mut card = Scorecard::default();
    for (ids, held) in [(50..60, 1..9), (60..70, 9..12)] {
        let chunk = chunk(load.id(), ids, held);
        card += &chunk.card;
        load.write(chunk).await.unwrap();
        load.doom().await.unwrap();
    }
    load.publish(Verdict::Refused(String::from("doomed")), card)
        .await
        .unwrap();
    drop(store);
    let seen = world.seen().await;
    assert_eq!(seen.ids, before.ids);
    assert_eq!(seen.held.len(), before.held.len() + 11);
}

async fn abandoned_leaves_nothing<W: World>(world: &mut W) {
    let before = world.seen().await;
    let mut store = world.store();
    let mut load = begun(store.begin(key("five")).await);
    let chunk = chunk(load.id(), 70..80, 1..2);
    load.write(chunk).await.unwrap();
    drop(load);
    let again = begun(store.begin(key("five")).await);
    drop(again);
    drop(store);
    assert_eq!(world.seen().await, before);
}

async fn content_without_a_hash_always_loads<W: World>(world: &mut W) {
    for id in [80, 81] {
        let mut store = world.store();
        let mut load = begun(
            store
                .begin(LoadKey {
                    sha256: None,
                    ..key("")
                })
                .await,
        );
        let chunk = chunk(load.id(), id..id + 1, 0..0);
        let card = chunk.card.clone();
        load.write(chunk).await.unwrap();
        load.publish(Verdict::Applied, card).await.unwrap();
    }
    assert!(world.seen().await.ids.ends_with(&[80, 81]));
}

/// A source that is read only once.
async fn content_known_at_the_end_is_loaded_once<W: World>(world: &mut W) {
    let unknown = || LoadKey {
        sha256: None,
        ..key("")
    };
    let content = Fingerprint::of("read once");
    let first = {
        let mut store = world.store();
        let mut load = begun(store.begin(unknown()).await);
        let chunk = chunk(load.id(), 85..87, 0..0);
        let card = chunk.card.clone();
        load.write(chunk).await.unwrap();
        assert!(matches!(
            load.identify(content).await.unwrap(),
            Begun::Fresh(())
        ));
        load.publish(Verdict::Applied, card).await.unwrap().load
    };
    let before = world.seen().await;
    {
        let mut store = world.store();
        let mut load = begun(store.begin(unknown()).await);
        let chunk = chunk(load.id(), 85..87, 5..6);
        load.write(chunk).await.unwrap();
        let again = load.identify(content).await.unwrap();
        assert!(
            matches!(again, Begun::Replayed(load) if load == first),
            "{again:?}"
        );
    }
    assert_eq!(world.seen().await, before);
    let known = world
        .store()
        .begin(key("read once"))
        .await
        .map(|begun| matches!(begun, Begun::Replayed(load) if load == first));
    assert!(known.unwrap());
}

async fn a_flow_runs<W: World>(world: &mut W) {
    let flow = Flow::new(Gate::default());
    let mut feed = Records::new("flow", things(100..225)).chunk(10);
    let outcome = flow.run(&mut feed, &mut world.store()).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(receipt) if receipt.card.accepted == 125));
    let outcome = flow.run(&mut feed, &mut world.store()).await.unwrap();
    assert!(matches!(outcome, Outcome::Replayed(_)));
    assert_eq!(
        world
            .seen()
            .await
            .ids
            .iter()
            .filter(|id| **id >= 100)
            .count(),
        125
    );
}

#[tokio::test]
async fn memory() {
    suite(&mut InMemory(Memory::default())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pool() {
    let fresh = Fresh::migrated().await;
    let table = table(&fresh).await;
    suite(&mut Pooled(fresh, table)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn host() {
    let fresh = Fresh::migrated().await;
    let table = table(&fresh).await;
    let mut client = fresh.database.client().await.unwrap();
    let client: &mut tokio_postgres::Client = &mut client;
    let mut world = InHost(client.transaction().await.unwrap(), table);
    suite(&mut world).await;
    let provisional = world.seen().await;
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.things").await, "0");
    world.0.commit().await.unwrap();
    assert_eq!(
        fresh.one("SELECT count(*) FROM bronze.things").await,
        provisional.ids.len().to_string()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_rolls_back_is_gone() {
    let fresh = Fresh::migrated().await;
    let table = table(&fresh).await;
    let mut client = fresh.database.client().await.unwrap();
    let client: &mut tokio_postgres::Client = &mut client;
    let mut world = InHost(client.transaction().await.unwrap(), table);
    applied_shows_everything(&mut world).await;
    world.0.rollback().await.unwrap();
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "0");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.things").await, "0");
}

/// Memory, and PostgreSQL from two connections: whoever comes second is told at once.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_content_at_once_is_busy() {
    let memory = Memory::<Thing>::default();
    let (mut one, mut two) = (memory.clone(), memory);
    let load = begun(one.begin(key("one")).await);
    assert!(matches!(
        two.begin(key("one")).await.unwrap(),
        Begun::Busy(None)
    ));
    drop(load);

    let pool = Fresh::migrated().await;
    let table = table(&pool).await;
    let (mut one, mut two) = (
        Store::new(&pool.database, &table),
        Store::new(&pool.database, &table),
    );
    let load = begun(one.begin(key("one")).await);
    assert!(matches!(
        two.begin(key("one")).await.unwrap(),
        Begun::Busy(Some(_))
    ));
    assert!(matches!(
        two.begin(key("other")).await.unwrap(),
        Begun::Fresh(_)
    ));
    drop(load);
    drop(one);
    for _ in 0..100 {
        if let Begun::Fresh(_) = two.begin(key("one")).await.unwrap() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the lock of an abandoned load was never let go");
}

/// A text that every process has from its standard input.
async fn read_once<B: Chunk<Thing>>(store: &mut impl metalayer::core::Store<B>) -> Outcome {
    let rules = RuleSet::<Thing>::new().quarantine(Thing::ID.at_least(0));
    let text: String = (0..500).map(|id| format!("{id},thing\n")).collect();
    let text = std::io::Cursor::new(format!("id,name\n{text}"));
    let mut feed = CsvFile::new("standard input", rules.build().unwrap()).reading(text);
    Flow::new(Gate::default())
        .run(&mut feed, store)
        .await
        .unwrap()
}

fn is_applied(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Applied(_))
}

/// J1 for a content whose hash is known only at the end.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_read_the_same_once_one_is_applied() {
    let memory = Memory::<Thing>::default();
    let mut stores = [(); 4].map(|()| memory.clone());
    let [a, b, c, d] = &mut stores;
    let outcomes = tokio::join!(read_once(a), read_once(b), read_once(c), read_once(d));
    let outcomes = <[Outcome; 4]>::from(outcomes);
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| is_applied(outcome))
            .count(),
        1
    );
    assert_eq!(memory.rows().len(), 500);

    let pool = Fresh::migrated().await;
    let table = table(&pool).await;
    for round in 0..5 {
        let tasks = [(); 4].map(|()| {
            let mut store = Store::new(&pool.database, &table);
            tokio::spawn(async move { read_once::<Encoded>(&mut store).await })
        });
        let mut applied = 0;
        for task in tasks {
            let outcome = task.await.unwrap();
            applied += usize::from(is_applied(&outcome));
        }
        assert_eq!(applied, usize::from(round == 0));
        assert_eq!(pool.one("SELECT count(*) FROM bronze.things").await, "500");
        assert_eq!(pool.one("SELECT count(*) FROM meta.load").await, "1");
    }
    let hash = "SELECT encode(source_sha256, 'hex') FROM meta.load";
    assert_eq!(pool.one(hash).await.len(), 64);
}
