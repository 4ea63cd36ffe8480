//! Many sources at once: each has its turn, in the order given.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use metalayer::core::{Encoded, Feed, Judged, LoadId, LoadKey, Records};
use metalayer::prelude::*;
use tokio::sync::Semaphore;

use crate::support::Fresh;

const SLOTS: usize = 3;
const SOURCES: usize = 24;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.turns")]
struct Turn {
    id: i64,
}

/// Notes who begins, and counts who ends.
#[derive(Debug)]
struct Notes {
    begun: Mutex<Vec<String>>,
    ended: Semaphore,
}

#[async_trait]
impl Observer for Notes {
    async fn see(&self, event: Event<'_>) {
        match event {
            Event::Begun { source } => self.begun.lock().unwrap().push(source.to_owned()),
            Event::Ended { .. } => self.ended.add_permits(1),
            _ => {}
        }
    }
}

/// A source that ends only when all others have.
struct Last {
    records: Records<Turn>,
    notes: Arc<Notes>,
}

impl Feed<Encoded> for Last {
    fn source(&self) -> &str {
        Feed::<Encoded>::source(&self.records)
    }

    async fn open(&mut self) -> Result<LoadKey> {
        Feed::<Encoded>::open(&mut self.records).await
    }

    async fn next(&mut self, load: LoadId) -> Result<Option<Judged<Encoded>>> {
        if Feed::<Encoded>::source(&self.records) == name(0) {
            let others = self.notes.ended.acquire_many(SOURCES as u32 - 1);
            drop(others.await.unwrap());
        }
        self.records.next(load).await
    }
}

fn name(number: usize) -> String {
    format!("{number:02}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_source_starves_nobody_and_turns_are_taken_in_order() {
    let fresh = Fresh::migrated().await;
    let table = Table::landing(Contract::of::<Turn>().unwrap());
    fresh.database.create(&table).await.unwrap();
    let notes = Arc::new(Notes {
        begun: Mutex::new(Vec::new()),
        ended: Semaphore::new(0),
    });
    let feed = |number| Last {
        records: Records::new(name(number), vec![Turn { id: number as i64 }]),
        notes: Arc::clone(&notes),
    };
    let flow = Flow::new(Gate::default()).observer(notes.clone());
    let stores = (0..SLOTS).map(|_| Store::new(&fresh.database, &table));
    let load = load_all(&flow, stores.collect(), (0..SOURCES).map(feed).collect());
    let outcomes = tokio::time::timeout(Duration::from_secs(60), load).await;
    let outcomes = outcomes.expect("the slow source keeps one slot, not all");
    for (number, outcome) in outcomes.iter().enumerate() {
        assert!(
            matches!(outcome, Ok(Outcome::Applied(_))),
            "{number}: {outcome:?}"
        );
    }
    // Whoever begins before its turn does so by fewer places than there are slots.
    let begun = notes.begun.lock().unwrap();
    for (turn, source) in begun.iter().enumerate() {
        let overtaken = begun[turn..].iter().filter(|later| *later < source);
        assert!(overtaken.count() < SLOTS, "{begun:?}");
    }
}
