//! Profiles of what is read, kept in the pass that judges it.

use ml_core::{Feed, LoadId, Report, Scorecard, Typed, Value};
use ml_quality::{Judge, Profile, RuleSet};

use crate::laws::{Item, Rows, feed, run};
use crate::{Form, Ndjson, SourceFile};

/// Every record of a feed.
fn read(feed: &mut SourceFile<Item>) -> Scorecard {
    run(async {
        Feed::<Rows>::open(feed).await.unwrap();
        let mut card = Scorecard::default();
        while let Some(chunk) = Feed::<Rows>::next(feed, LoadId(1)).await.unwrap() {
            card += &chunk.card;
        }
        card
    })
}

/// 200 good records of three regions, and five bad ones: two that cannot be told apart, two without a number, one
/// whose rule holds it back.
fn text() -> String {
    let good = (0..200).map(|id| format!("{id},{}\n", ["north", "south", ""][id % 3]));
    let bad = "x,south\n7,no\"rth\n1,2,3\n,south\n-9,north\n";
    format!("id,note\n{}{bad}", good.collect::<String>())
}

#[test]
fn every_record_that_could_be_split_is_seen() {
    let mut feed = feed(text().into_bytes()).chunk(7).profiled();
    assert!(feed.profile().is_none(), "not open yet");
    let card = read(&mut feed);
    assert_eq!((card.read, card.accepted, card.quarantined), (205, 200, 5));
    let profile = feed.profile().unwrap();
    let columns = profile.columns();
    let [id, note, email] = columns.as_slice() else {
        panic!("three columns")
    };
    assert_eq!(profile.count(), 203);
    assert_eq!((id.count, id.undecodable, id.nulls), (203, 2, 0));
    assert_eq!(
        (id.min.clone(), id.max.clone()),
        (Some(Value::Int(-9)), Some(Value::Int(199)))
    );
    assert_eq!((note.nulls, note.undecodable, note.known()), (66, 0, 137));
    assert_eq!((email.nulls, email.personal), (203, true));
}

#[test]
fn what_it_suggests_good_records_pass() {
    let mut feed = feed(text().into_bytes()).profiled();
    read(&mut feed);
    let suggestions = feed.profile().map(Profile::suggest).unwrap();
    let ids: Vec<_> = suggestions.iter().map(|one| one.rule.id.as_str()).collect();
    assert_eq!(ids, ["id.not_null", "id.range", "note.one_of"]);
    let rules = suggestions.into_iter().fold(RuleSet::new(), |rules, one| {
        rules.with(one.action, one.rule)
    });
    let judge: Judge<Item> = rules.build().unwrap();
    let mut report = Report::default();
    for id in 0..200 {
        let note = [Some("north"), Some("south"), None][id as usize % 3].map(String::from);
        let item = Item {
            id,
            note,
            email: None,
        };
        judge.judge(&item, &[], &mut report);
        report.settle(true);
    }
    let card = report.take_card();
    assert_eq!((card.read, card.accepted), (200, 200));
    assert!(
        card.rules.values().all(|rule| rule.violations == 0),
        "{card:?}"
    );
    let stranger = Item {
        id: 200,
        note: Some("west".into()),
        ..Item::blank()
    };
    judge.judge(&stranger, &[], &mut report);
    report.settle(true);
    let broken = report.take_card().rules;
    assert_eq!(
        broken.values().filter(|rule| rule.violations == 1).count(),
        2
    );
}

#[test]
fn nobody_pays_for_a_profile_that_was_not_asked_for() {
    let mut feed = feed(text().into_bytes());
    read(&mut feed);
    assert!(feed.profile().is_none());
}

#[test]
fn each_form_is_profiled_and_each_run_by_itself() {
    let lines = "{\"id\":1}\n{\"id\":2,\"note\":\"a\"}\nnone\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("items.ndjson");
    std::fs::write(&path, lines).unwrap();
    let feed = SourceFile::<Item>::new(&path, crate::laws::judge());
    let mut feed = feed.form(Form::from(Ndjson::lines())).profiled();
    for _ in 0..2 {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async {
            Feed::<Rows>::open(&mut feed).await.unwrap();
            while Feed::<Rows>::next(&mut feed, LoadId(1))
                .await
                .unwrap()
                .is_some()
            {}
        });
        let profile = feed.profile().unwrap();
        assert_eq!((profile.count(), profile.columns()[1].nulls), (2, 1));
    }
}
