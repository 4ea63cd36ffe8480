use std::sync::Arc;

use ml_core::{
    Audit, Begun, Fingerprint, Flow, Gate, Load as _, LoadId, Memory, Outcome, Result, Shape,
    Store as _, Verdict,
};

use crate::recorder::Recorder;
use crate::script::{Script, chunk, key, script};

pub(crate) async fn run(flow: &Flow, mut feed: Script, store: &mut Memory<u64>) -> Outcome {
    flow.run(&mut feed, store).await.unwrap()
}

async fn told(flow: &Flow, mut feed: Script) -> Vec<String> {
    let mut store = Recorder::default();
    flow.run(&mut feed, &mut store).await.unwrap();
    store.told()
}

#[tokio::test]
async fn a_receipt_has_the_counts_of_all_chunks() {
    let mut store = Memory::default();
    let mut feed = script("a", [chunk(4, 1), chunk(0, 0), chunk(3, 2)]);
    let outcome = Flow::new(Gate::off()).run(&mut feed, &mut store).await;
    let outcome = outcome.unwrap();
    let card = &outcome.receipt().unwrap().card;
    assert_eq!((card.read, card.accepted, card.quarantined), (10, 7, 3));
    assert!(card.is_conserved());
    assert!(matches!(outcome, Outcome::Applied(_)));
    assert_eq!((store.rows().len(), store.held().len()), (7, 3));
}

#[tokio::test]
async fn a_load_the_gate_refuses_shows_why_and_no_row() {
    let mut store = Memory::default();
    let mut feed = script("a", [chunk(9, 1)]);
    let outcome = Flow::new(Gate::default()).run(&mut feed, &mut store).await;
    let Outcome::Refused(receipt) = outcome.unwrap() else {
        panic!("a tenth is too much")
    };
    let why = "1 of 10 records quarantined (10.00 %), at most 5 % allowed";
    assert_eq!(receipt.verdict, Verdict::Refused(String::from(why)));
    assert!(store.rows().is_empty());
    assert_eq!((store.held().len(), store.ledger().len()), (1, 1));
    let again = run(
        &Flow::new(Gate::off()),
        script("a", [chunk(9, 1)]),
        &mut store,
    )
    .await;
    assert!(matches!(again, Outcome::Applied(_)), "it may come again");
}

#[tokio::test]
async fn the_same_content_is_loaded_once() {
    let mut store = Memory::default();
    let flow = Flow::new(Gate::off());
    let first = run(&flow, script("a", [chunk(3, 0)]), &mut store).await;
    let load = first.receipt().unwrap().load;
    let again = run(&flow, script("a", [chunk(3, 0)]), &mut store).await;
    assert_eq!(again, Outcome::Replayed(load));
    assert_eq!(again.receipt(), None);
    assert_eq!(store.rows().len(), 3);

    let Begun::Fresh(_open) = store.begin(key("b")).await.unwrap() else {
        panic!("b is new")
    };
    let busy = run(&flow, script("b", [chunk(3, 0)]), &mut store).await;
    assert_eq!((&busy, busy.receipt()), (&Outcome::Busy(None), None));
}

#[tokio::test]
async fn a_load_that_is_lost_is_told_once_and_not_audited() {
    let gate = Gate {
        share: 1.0,
        records: 1,
    };
    let flow = Flow::new(gate).audit(Audit::new("a", "SELECT"));
    let chunks = || [chunk(1, 1), chunk(1, 1), chunk(1, 1)];
    assert_eq!(
        told(&flow, script("a", chunks())).await,
        [
            "begin script",
            "write 1",
            "write 1",
            "doom",
            "write 1",
            "publish refused"
        ]
    );
    assert_eq!(
        told(&flow, script("a", [chunk(1, 1)])).await,
        ["begin script", "write 1", "audit 1", "publish applied"]
    );
    assert_eq!(
        told(&Flow::new(Gate::off()), script("a", chunks())).await,
        [
            "begin script",
            "write 1",
            "write 1",
            "write 1",
            "publish applied"
        ]
    );
}

#[tokio::test]
async fn a_load_is_told_the_shape_first_and_the_content_last() {
    let flow = Flow::new(Gate::off()).audit(Audit::new("a", "SELECT"));
    let feed = Script {
        shape: Some(Shape::new("{}")),
        content: Some(Fingerprint::of("a")),
        ..script("a", [chunk(2, 0)])
    };
    assert_eq!(
        told(&flow, feed).await,
        [
            "begin script",
            "shaped {}",
            "write 2",
            "identify",
            "audit 1",
            "publish applied"
        ]
    );
}

/// A source that can be read only once, whose content is `content`.
fn stream(content: &str) -> Script {
    let mut unknown = key(content);
    unknown.sha256 = None;
    Script {
        key: Some(Ok(unknown)),
        content: Some(Fingerprint::of(content)),
        ..script(content, [chunk(2, 0)])
    }
}

#[tokio::test]
async fn what_is_read_only_once_is_loaded_once_too() {
    let mut store = Memory::default();
    let flow = Flow::new(Gate::off());
    let first = run(&flow, stream("a"), &mut store).await;
    let again = run(&flow, stream("a"), &mut store).await;
    assert_eq!(again, Outcome::Replayed(first.receipt().unwrap().load));
    let file = run(&flow, script("a", [chunk(2, 0)]), &mut store).await;
    assert_eq!(file, again, "nor does it come again from a file");

    let Begun::Fresh(_open) = store.begin(key("b")).await.unwrap() else {
        panic!("b is new")
    };
    let busy = run(&flow, stream("b"), &mut store).await;
    assert_eq!(busy, Outcome::Busy(None));
    assert_eq!(store.rows().len(), 2);
}

#[tokio::test]
async fn an_observer_sees_every_step_in_its_order() {
    let observer = Recorder::default();
    let mut store = Memory::default();
    let flow = Flow::new(Gate::off()).observer(Arc::new(observer.clone()));
    let feed = || script("a", [chunk(2, 1), chunk(4, 0)]);
    flow.run(&mut feed(), &mut store).await.unwrap();
    flow.run(&mut feed(), &mut store).await.unwrap();
    assert_eq!(
        observer.told(),
        [
            "script begun",
            "script judged 3",
            "script judged 4",
            "script ended applied",
            "script ended replayed"
        ]
    );
}

#[tokio::test]
async fn the_ledger_has_the_fingerprint_of_all_that_judged() -> Result<()> {
    let mut store = Memory::default();
    let flow = Flow::new(Gate::off());
    flow.run(&mut script("a", [chunk(1, 0)]), &mut store)
        .await?;
    assert_eq!(store.ledger()[0].key.rules, Fingerprint::of("rules"));

    let audited = flow.audit(Audit::new("a", "SELECT"));
    let mut recorder = Keys::default();
    audited
        .run(&mut script("a", [chunk(1, 0)]), &mut recorder)
        .await?;
    let rules = audited.rules(Fingerprint::of("rules"));
    assert_eq!(recorder.0, [rules]);
    assert_ne!(rules, Fingerprint::of("rules"));
    Ok(())
}

/// Takes down which rules judge.
#[derive(Default)]
struct Keys(Vec<Fingerprint>);

impl ml_core::Store<Vec<ml_core::Located<u64>>> for Keys {
    type Load<'a> = Recorder;

    async fn begin(&mut self, key: ml_core::LoadKey) -> Result<Begun<Recorder>> {
        self.0.push(key.rules);
        Recorder::default().begin(key).await
    }
}

#[test]
fn a_flow_says_what_it_was_told() {
    let gate = Gate {
        share: 0.5,
        records: 3,
    };
    let audit = Audit::new("a.unique", "SELECT");
    let flow = Flow::new(gate).audit(audit.clone());
    assert_eq!(flow.gate(), &gate);
    assert_eq!(flow.audits(), [audit]);
    assert!(Flow::new(gate).audits().is_empty());
    let shown = format!("{flow:?}");
    assert!(
        shown.contains("records: 3") && shown.contains("a.unique"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_load_has_the_number_that_its_receipt_tells() {
    let mut store = Memory::<u64>::default();
    let Begun::Fresh(load) = store.begin(key("a")).await.unwrap() else {
        panic!("a is new")
    };
    let id = load.id();
    let receipt = load
        .publish(Verdict::Applied, chunk(0, 0).card)
        .await
        .unwrap();
    assert_eq!((receipt.load, id), (LoadId(1), LoadId(1)));
}
