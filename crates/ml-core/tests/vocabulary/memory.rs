use std::sync::Arc;

use ml_core::{
    Begun, Change, ColumnDef, Fingerprint, Judged, Load, LoadId, LoadKey, Located, Memory,
    Position, Store, Type, Verdict,
};

use crate::script::{Numbers, chunk, key};

type Rows = Vec<Located<u64>>;

async fn fresh(store: &mut Memory<u64>, key: LoadKey) -> impl Load<Rows> + use<> {
    match store.begin(key).await.unwrap() {
        Begun::Fresh(load) => load,
        other => panic!("expected a new load, and it is {other:?}"),
    }
}

fn named(source: &str, content: &str) -> LoadKey {
    LoadKey {
        source: source.to_owned(),
        ..key(content)
    }
}

fn refused() -> Verdict {
    Verdict::Refused(String::from("too bad"))
}

fn changed() -> Numbers {
    let change = Change::of(&ColumnDef::of("n", Type::Text), "trim", " 1", Some("1"));
    Numbers {
        changes: vec![Located {
            at: Position::new(LoadId(1), 1),
            record: change.unwrap(),
        }],
        ..chunk(2, 1)
    }
}

/// How many rows, records held back, changes and loads can be seen.
fn seen(store: &Memory<u64>) -> [usize; 4] {
    let (rows, held) = (store.rows().len(), store.held().len());
    [rows, held, store.changes().len(), store.ledger().len()]
}

#[tokio::test]
async fn nothing_shows_before_the_load_is_published_and_everything_after_it() {
    let mut store = Memory::default();
    let other = store.clone();
    let mut load = fresh(&mut store, key("a")).await;
    load.write(changed()).await.unwrap();
    load.write(changed()).await.unwrap();
    assert_eq!(seen(&other), [0; 4]);
    let card = chunk(4, 2).card;
    let receipt = load.publish(Verdict::Applied, card.clone()).await.unwrap();
    assert_eq!(seen(&other), [4, 2, 2, 1], "clones share what they hold");
    assert_eq!(
        (&receipt.card, &receipt.verdict),
        (&card, &Verdict::Applied)
    );
    let [entry] = other.ledger().try_into().unwrap();
    assert_eq!((entry.key, entry.receipt), (key("a"), receipt));
}

#[tokio::test]
async fn a_load_that_is_dropped_leaves_nothing_and_may_come_again() {
    let mut store = Memory::default();
    let mut load = fresh(&mut store, key("a")).await;
    load.write(changed()).await.unwrap();
    assert!(matches!(
        store.begin(key("a")).await.unwrap(),
        Begun::Busy(None)
    ));
    drop(load);
    assert_eq!(seen(&store), [0; 4]);
    let again = fresh(&mut store, key("a")).await;
    assert!(again.id() > LoadId(1), "no number is given twice");
}

#[tokio::test]
async fn a_refused_load_leaves_its_quarantine_and_no_rows() {
    let mut store = Memory::default();
    for doomed in [false, true] {
        let mut load = fresh(&mut store, key("a")).await;
        load.write(changed()).await.unwrap();
        if doomed {
            load.doom().await.unwrap();
        }
        load.publish(refused(), chunk(2, 1).card).await.unwrap();
    }
    assert_eq!(seen(&store), [0, 2, 0, 2]);
}

#[tokio::test]
async fn a_load_that_is_lost_keeps_no_row() {
    let record = Arc::new(7);
    let located = Located {
        at: Position::new(LoadId(1), 1),
        record: Arc::clone(&record),
    };
    let mut store = Memory::default();
    let Begun::Fresh(mut load) = store.begin(key("a")).await.unwrap() else {
        panic!("a is new")
    };
    let rows = Judged {
        rows: vec![located],
        ..Judged::default()
    };
    load.write(rows).await.unwrap();
    load.doom().await.unwrap();
    assert_eq!(Arc::strong_count(&record), 1);
}

#[tokio::test]
async fn a_content_is_loaded_once_whatever_its_name() {
    let mut store = Memory::default();
    let first = fresh(&mut store, named("one", "a")).await;
    let second = fresh(&mut store, named("one", "b")).await;
    let (one, two) = (first.id(), second.id());
    assert_ne!(one, two);
    for load in [first, second] {
        load.publish(Verdict::Applied, chunk(0, 0).card)
            .await
            .unwrap();
    }
    for (content, load) in [("a", one), ("b", two)] {
        let begun = store.begin(named("two", content)).await.unwrap();
        assert!(
            matches!(begun, Begun::Replayed(id) if id == load),
            "{begun:?}"
        );
    }
    let refused_once = fresh(&mut store, key("c")).await;
    refused_once
        .publish(refused(), chunk(0, 0).card)
        .await
        .unwrap();
    fresh(&mut store, key("c")).await;
}

#[tokio::test]
async fn what_has_no_content_is_always_new() {
    let unknown = || LoadKey {
        sha256: None,
        ..key("a")
    };
    let mut store = Memory::default();
    for _ in 0..2 {
        let _open = fresh(&mut store, unknown()).await;
        let load = fresh(&mut store, unknown()).await;
        load.publish(Verdict::Applied, chunk(0, 0).card)
            .await
            .unwrap();
    }
    assert_eq!(store.ledger().len(), 2);
}

#[tokio::test]
async fn a_source_with_another_content_says_which_load_it_supersedes() {
    let mut store = Memory::default();
    let mut superseded = Vec::new();
    let loads = [
        ("one", "a", Verdict::Applied),
        ("two", "b", Verdict::Applied),
        ("one", "c", refused()),
        ("one", "d", Verdict::Applied),
        ("one", "e", Verdict::Applied),
    ];
    for (source, content, verdict) in loads {
        let load = fresh(&mut store, named(source, content)).await;
        let receipt = load.publish(verdict, chunk(0, 0).card).await.unwrap();
        superseded.push(receipt.supersedes.map(|load| load.0));
    }
    assert_eq!(superseded, [None, None, Some(1), Some(1), Some(4)]);
}

#[tokio::test]
async fn a_content_that_is_known_only_at_the_end_is_loaded_once() {
    let unknown = || LoadKey {
        sha256: None,
        ..key("a")
    };
    let content = Fingerprint::of("a");
    let mut store = Memory::default();
    let mut first = fresh(&mut store, unknown()).await;
    assert!(matches!(
        first.identify(content).await.unwrap(),
        Begun::Fresh(())
    ));
    assert!(matches!(
        store.begin(key("a")).await.unwrap(),
        Begun::Busy(None)
    ));
    let mut second = fresh(&mut store, unknown()).await;
    assert!(matches!(
        second.identify(content).await.unwrap(),
        Begun::Busy(None)
    ));
    drop(second);
    assert!(
        matches!(store.begin(key("a")).await.unwrap(), Begun::Busy(None)),
        "it was not the second's"
    );
    let id = first.id();
    first
        .publish(Verdict::Applied, chunk(0, 0).card)
        .await
        .unwrap();
    let mut third = fresh(&mut store, unknown()).await;
    let begun = third.identify(content).await.unwrap();
    assert!(
        matches!(begun, Begun::Replayed(load) if load == id),
        "{begun:?}"
    );
    let mut other = fresh(&mut store, unknown()).await;
    let begun = other.identify(Fingerprint::of("b")).await.unwrap();
    assert!(matches!(begun, Begun::Fresh(())), "{begun:?}");
}

#[tokio::test]
async fn audits_are_answered_as_not_run() {
    let mut store = Memory::default();
    let mut load = fresh(&mut store, key("a")).await;
    let audits = [ml_core::Audit::new("a", "SELECT")];
    let audited = load.audit(&audits).await.unwrap();
    assert_eq!(audited, ml_core::Audited::unsupported(&audits));
}
