use ml_core::{Audit, Error, Flow, Gate, Kind, Memory, Outcome, Verdict};

use crate::flows::run;
use crate::script::{Script, chunk, script};

async fn fails(store: &mut Memory<u64>, feed: Script) -> Error {
    let run = Flow::new(Gate::off()).run(&mut { feed }, store).await;
    run.unwrap_err()
}

fn unreadable(error: Error) -> Script {
    Script {
        key: Some(Err(error)),
        ..script("a", [])
    }
}

#[tokio::test]
async fn what_cannot_be_read_leaves_a_refused_load_with_the_reason() {
    let missing = || Error::source("cannot open a.csv").because("no such file");
    let changed = || Error::contract("the header of a.csv has no column id");
    let torn = Script {
        chunks: [Ok(chunk(3, 1)), Err(missing())].into(),
        ..script("a", [])
    };
    let cases = [
        (unreadable(missing()), Kind::Source, missing().chain()),
        (unreadable(changed()), Kind::Contract, changed().chain()),
        (torn, Kind::Source, missing().chain()),
    ];
    for (feed, kind, why) in cases {
        let mut store = Memory::default();
        let error = fails(&mut store, feed).await;
        assert_eq!((error.kind(), error.chain()), (kind, why.clone()));
        let [entry] = store.ledger().try_into().unwrap();
        assert_eq!(entry.receipt.verdict, Verdict::Refused(why));
        assert_eq!(
            (entry.key.source.as_str(), entry.key.sha256),
            ("script", None)
        );
        assert!(store.rows().is_empty() && store.held().is_empty());
        let again = run(
            &Flow::new(Gate::off()),
            script("a", [chunk(3, 0)]),
            &mut store,
        )
        .await;
        assert!(matches!(again, Outcome::Applied(_)), "it may be put right");
    }
}

#[tokio::test]
async fn an_error_that_is_not_the_sources_leaves_no_load() {
    let mut store = Memory::default();
    for kind in [Kind::Storage, Kind::Conflict, Kind::Config, Kind::Gate] {
        let error = fails(&mut store, unreadable(Error::new(kind, "broken"))).await;
        assert_eq!(error.kind(), kind);
    }
    assert!(store.ledger().is_empty());
}

#[tokio::test]
async fn audits_that_a_store_cannot_run_are_an_error_and_leave_nothing() {
    let mut store = Memory::default();
    let flow = Flow::new(Gate::off()).audit(Audit::new("a.unique", "SELECT"));
    let run = flow.run(&mut script("a", [chunk(3, 0)]), &mut store).await;
    let error = run.unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    assert_eq!(
        error.to_string(),
        "audit a.unique needs a store that runs SQL"
    );
    assert!(store.rows().is_empty() && store.ledger().is_empty());
}
