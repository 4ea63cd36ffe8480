//! P12: whatever two clients do, in any interleaving, loads go through legal states only and a content has one winner.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use metalayer::core::{
    Begun, Chunk as _, Encoded, Fingerprint, Judged, Kind, Load as _, LoadId, LoadKey, Position,
    Scorecard, Store as _, Verdict,
};
use metalayer::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::guests::{Guest, hotel, table};
use crate::support::Fresh;

/// What a client does next, with one of three contents.
#[derive(Debug, Clone, Copy)]
enum Act {
    Begin(usize),
    Write,
    Apply,
    Refuse,
    LetGo,
    Unload(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3_usize).prop_map(Act::Begin),
        3 => Just(Act::Write),
        2 => Just(Act::Apply),
        1 => Just(Act::Refuse),
        1 => Just(Act::LetGo),
        2 => (0..3_usize).prop_map(Act::Unload),
    ]
}

/// A load that a client has open.
struct Open {
    content: usize,
    load: LoadId,
    rows: i64,
    orders: mpsc::Sender<Order>,
    client: JoinHandle<()>,
}

enum Order {
    Write,
    Publish(Verdict),
}

/// Begins a load, says what came of it, and does as it is told until it has nobody to tell it.
async fn client(
    database: Database,
    key: LoadKey,
    begun: oneshot::Sender<Begun<LoadId>>,
    mut orders: mpsc::Receiver<Order>,
) {
    let mut store = Store::new(&database, &table());
    let mut load = match store.begin(key).await.unwrap() {
        Begun::Fresh(load) => load,
        Begun::Replayed(load) => return begun.send(Begun::Replayed(load)).unwrap(),
        Begun::Busy(holder) => return begun.send(Begun::Busy(holder)).unwrap(),
    };
    begun.send(Begun::Fresh(load.id())).unwrap();
    let mut card = Scorecard::default();
    while let Some(order) = orders.recv().await {
        match order {
            Order::Write => {
                let chunk = guest(load.id(), card.read + 1);
                card += &chunk.card;
                load.write(chunk).await.unwrap();
            }
            Order::Publish(verdict) => {
                load.publish(verdict, card).await.unwrap();
                return;
            }
        }
    }
}

/// A chunk of one guest.
fn guest(load: LoadId, record: u64) -> Judged<Encoded> {
    let mut rows = Encoded::default();
    let guest = Guest {
        id: record as i64,
        name: None,
        nights: None,
    };
    rows.push(&guest, Position::new(load, record));
    let card = Scorecard {
        read: 1,
        accepted: 1,
        ..Scorecard::default()
    };
    Judged {
        rows,
        held: Vec::new(),
        card,
        changes: Vec::new(),
    }
}

/// Two clients, and what the ledger and the table are to hold.
struct Model<'f> {
    fresh: &'f Fresh,
    /// Sets the contents of this history apart from all others.
    history: u32,
    open: [Option<Open>; 2],
    /// State and rows of every load that ended.
    ended: BTreeMap<LoadId, (&'static str, i64)>,
    /// The load that each content is applied by.
    applied: [Option<LoadId>; 3],
}

impl<'f> Model<'f> {
    fn new(fresh: &'f Fresh) -> Self {
        static HISTORY: AtomicU32 = AtomicU32::new(0);
        Model {
            fresh,
            history: HISTORY.fetch_add(1, Ordering::Relaxed),
            open: [None, None],
            ended: BTreeMap::new(),
            applied: [None; 3],
        }
    }

    async fn act(&mut self, who: usize, act: Act) {
        match act {
            Act::Begin(content) => self.begin(who, content).await,
            Act::Write => {
                if let Some(open) = &mut self.open[who] {
                    open.orders.send(Order::Write).await.unwrap();
                    open.rows += 1;
                }
            }
            Act::Apply => self.publish(who, Verdict::Applied, "applied").await,
            Act::Refuse => {
                let verdict = Verdict::Refused(String::from("of no use"));
                self.publish(who, verdict, "refused").await;
            }
            Act::LetGo => {
                if let Some(open) = self.open[who].take() {
                    drop(open.orders);
                    open.client.await.unwrap();
                }
            }
            Act::Unload(content) => self.unload(content).await,
        }
    }

    async fn begin(&mut self, who: usize, content: usize) {
        if self.open[who].is_some() {
            return;
        }
        let other = self.open[1 - who].as_ref();
        let is_busy = other.is_some_and(|open| open.content == content);
        let (begun, open) = self.begun(content, is_busy).await;
        match (begun, self.applied[content]) {
            (Begun::Busy(_), _) => assert!(is_busy),
            (Begun::Replayed(load), applied) => assert_eq!(Some(load), applied),
            (Begun::Fresh(_), applied) => {
                assert!(!is_busy && applied.is_none());
                self.open[who] = open;
            }
        }
    }

    /// What the server that still ends a load which was let go calls busy is so for a moment only.
    async fn begun(&self, content: usize, is_busy: bool) -> (Begun<LoadId>, Option<Open>) {
        let key = LoadKey {
            source: String::from("guests.csv"),
            sha256: Some(Fingerprint::of(format!("{} {content}", self.history))),
            rules: Fingerprint::of("rules"),
        };
        for _ in 0..100 {
            let (answer, answered) = oneshot::channel();
            let (orders, told) = mpsc::channel(1);
            let database = self.fresh.database.clone();
            let client = tokio::spawn(client(database, key.clone(), answer, told));
            match answered.await.unwrap() {
                Begun::Busy(_) if !is_busy => tokio::time::sleep(Duration::from_millis(20)).await,
                Begun::Fresh(load) => {
                    let open = Open {
                        content,
                        load,
                        rows: 0,
                        orders,
                        client,
                    };
                    return (Begun::Fresh(load), Some(open));
                }
                begun => return (begun, None),
            }
        }
        panic!("busy for two seconds after it was let go");
    }

    async fn publish(&mut self, who: usize, verdict: Verdict, state: &'static str) {
        let Some(open) = self.open[who].take() else {
            return;
        };
        open.orders.send(Order::Publish(verdict)).await.unwrap();
        open.client.await.unwrap();
        let is_applied = state == "applied";
        let rows = if is_applied { open.rows } else { 0 };
        self.ended.insert(open.load, (state, rows));
        if is_applied {
            self.applied[open.content] = Some(open.load);
        }
    }

    /// Takes the load of a content back; what is not applied cannot be.
    async fn unload(&mut self, content: usize) {
        let unload = async |load| {
            let unloaded = self
                .fresh
                .database
                .unload(&table(), load, "a bad file")
                .await;
            unloaded.map(drop).map_err(|error| error.kind())
        };
        for (load, (state, _)) in &self.ended {
            let said = match *state {
                "applied" => continue,
                "unloaded" => Ok(()), // again changes nothing
                _ => Err(Kind::Contract),
            };
            // whoever loads the same content now is to be waited for, before anything else is looked at
            let answer = unload(*load).await;
            assert!([said, Err(Kind::Conflict)].contains(&answer), "{answer:?}");
        }
        if let Some(load) = self.applied[content].take() {
            unload(load).await.unwrap();
            self.ended.insert(load, ("unloaded", 0));
        }
    }

    /// Nobody else sees but what has ended.
    async fn check(&self) {
        const SEEN: &str = "SELECT load_id, state, (SELECT count(*) FROM bronze.guests WHERE _load_id = load_id) \
            FROM meta.load WHERE load_id = ANY ($1) ORDER BY load_id";
        let open = self.open.iter().flatten().map(|open| open.load);
        let loads = self.ended.keys().copied().chain(open);
        let loads: Vec<i64> = loads.map(|load| load.0).collect();
        let client = self.fresh.database.client().await.unwrap();
        let seen = client.query(SEEN, &[&loads]).await.unwrap();
        let seen: Vec<(i64, String, i64)> = seen
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect();
        let expected: Vec<(i64, String, i64)> = self
            .ended
            .iter()
            .map(|(load, (state, rows))| (load.0, (*state).to_owned(), *rows))
            .collect();
        assert_eq!(seen, expected);
    }
}

fn histories(fresh: &Fresh, runtime: &tokio::runtime::Runtime, cases: u32) {
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let acts = prop::collection::vec((0..2_usize, act()), 1..30);
    let tried = runner.run(&acts, |acts| {
        runtime.block_on(async {
            let mut model = Model::new(fresh);
            for (who, act) in acts {
                model.act(who, act).await;
                model.check().await;
            }
        });
        Ok(())
    });
    tried.unwrap();
}

#[test]
fn every_interleaving_of_two_clients_has_one_winner() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fresh = runtime.block_on(hotel());
    histories(&fresh, &runtime, 64);
}
