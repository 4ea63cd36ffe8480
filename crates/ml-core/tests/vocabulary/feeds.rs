use chrono::DateTime;
use ml_core::{
    Action, Change, ColumnDef, Feed, Judged, LoadId, LoadKey, Located, Position, Record, Records,
    Report, RuleCount, Type, Violation,
};
use proptest::prelude::*;

use crate::script::script;

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.things")]
struct Thing {
    id: i64,
    name: Option<String>,
}

fn things(count: i64) -> Vec<Thing> {
    let name = |id: i64| (id % 3 > 0).then(|| format!("thing {id}"));
    (0..count).map(|id| Thing { id, name: name(id) }).collect()
}

type Rows = Vec<Located<Thing>>;

/// Runs the future, which never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

fn opened(feed: &mut Records<Thing>) -> LoadKey {
    now(Feed::<Rows>::open(feed)).unwrap()
}

fn chunks(feed: &mut Records<Thing>) -> Vec<Judged<Rows>> {
    let next = || now(feed.next(LoadId(7))).unwrap();
    std::iter::from_fn(next).collect()
}

proptest! {
    /// Law: conservation. However they are cut, all records come in their order, each counted.
    #[test]
    fn every_record_comes_once(count in 0..40_usize, size in 0..12_usize) {
        let all = things(count as i64);
        let mut feed = Records::new("things", all.clone()).chunk(size);
        opened(&mut feed);
        let chunks = chunks(&mut feed);
        prop_assert_eq!(chunks.len(), count.div_ceil(size.max(1)));
        for chunk in &chunks {
            prop_assert!(chunk.rows.len() <= size.max(1) && chunk.held.is_empty());
            prop_assert!(chunk.card.is_conserved() && chunk.changes.is_empty());
            prop_assert_eq!(chunk.card.accepted, chunk.rows.len() as u64);
        }
        let rows: Vec<_> = chunks.into_iter().flat_map(|chunk| chunk.rows).collect();
        for (record, row) in (1..).zip(&rows) {
            prop_assert_eq!(row.at, Position::new(LoadId(7), record));
        }
        prop_assert_eq!(rows.into_iter().map(|row| row.record).collect::<Vec<_>>(), all);
    }
}

#[test]
fn the_content_is_the_records_and_not_how_they_are_cut_or_named() {
    let content =
        |name, count, size| opened(&mut Records::new(name, things(count)).chunk(size)).sha256;
    assert!(content("a", 9, 2).is_some());
    assert_eq!(content("a", 9, 2), content("b", 9, 5));
    assert_ne!(content("a", 9, 2), content("a", 8, 2));
    assert_ne!(content("a", 0, 2), content("a", 1, 2));
}

#[test]
fn a_feed_that_is_opened_again_starts_again() {
    let mut feed = Records::new("things", things(5)).chunk(2);
    let key = opened(&mut feed);
    assert_eq!(
        (key.source.as_str(), Feed::<Rows>::source(&feed)),
        ("things", "things")
    );
    assert_eq!(chunks(&mut feed).len(), 3);
    assert_eq!(chunks(&mut feed).len(), 0);
    assert_eq!(opened(&mut feed), key);
    assert_eq!(chunks(&mut feed).len(), 3);
}

#[test]
fn where_nothing_is_said_a_source_has_no_bytes() {
    let feed = Records::new("things", things(5));
    assert_eq!(Feed::<Rows>::shape(&feed), None);
    assert_eq!(Feed::<Rows>::content(&feed), None);
    assert_eq!(Feed::<Rows>::progress(&feed), None);
    assert_eq!(script("a", []).progress(), None);
}

fn numbers(count: u64) -> Vec<Located<u64>> {
    let at = |record| Position::new(LoadId(7), record);
    let located = |record| Located {
        at: at(record),
        record,
    };
    (1..=count).map(located).collect()
}

/// Halves what is even, drops what is odd, and holds back what is above 6.
fn halve(n: u64, report: &mut Report) -> Option<u64> {
    if n % 2 == 1 {
        return report.drop("odd");
    }
    if n > 6 {
        report.violate(Violation {
            rule: String::from("n.range"),
            columns: Vec::new(),
            action: Action::Quarantine,
            expected: String::from("at most 6"),
            found: n.to_string(),
        });
    }
    report.changes(Change::of(
        &ColumnDef::of("n", Type::Text),
        "halve",
        &n.to_string(),
        None,
    ));
    Some(n / 2)
}

#[test]
fn a_batch_is_judged_record_by_record_and_each_keeps_its_place() {
    let judged = Judged::<Vec<Located<u64>>>::by(&halve, numbers(9), DateTime::UNIX_EPOCH);
    let places = judged.rows.iter().map(|row| (row.at.record, row.record));
    assert_eq!(places.collect::<Vec<_>>(), [(2, 1), (4, 2), (6, 3)]);
    let changes = judged
        .changes
        .iter()
        .map(|change| (change.at.record, change.record.old.as_str()));
    assert_eq!(changes.collect::<Vec<_>>(), [(2, "2"), (4, "4"), (6, "6")]);
    let [held] = judged.held.try_into().unwrap();
    assert_eq!(
        (held.at.record, held.violations[0].found.as_str()),
        (8, "8")
    );
    let card = &judged.card;
    assert!(card.is_conserved());
    assert_eq!(
        (
            card.read,
            card.accepted,
            card.quarantined,
            card.dropped["odd"]
        ),
        (9, 3, 1, 5)
    );
    assert_eq!(
        card.rules["n.range"],
        RuleCount::of(Action::Quarantine).violations(1)
    );
}

/// Law: batches. A batch is what its parts are, whatever the cut.
#[test]
fn further_records_are_judged_as_if_they_had_come_at_once() {
    let whole = Judged::<Vec<Located<u64>>>::by(&halve, numbers(9), DateTime::UNIX_EPOCH);
    for cut in 0..=9 {
        let mut report = Report::at(DateTime::UNIX_EPOCH);
        let mut parts = Judged::<Vec<Located<u64>>>::default();
        let mut first = numbers(9);
        let second = first.split_off(cut);
        parts.take(&halve, first, &mut report);
        parts.take(&halve, second, &mut report);
        assert_eq!((&parts.rows, &parts.held), (&whole.rows, &whole.held));
        assert_eq!((&parts.changes, &parts.card), (&whole.changes, &whole.card));
    }
}

#[test]
fn a_rule_about_time_is_told_when_the_load_began() {
    let began = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let late = |n: u64, report: &mut Report| (report.began() == began).then_some(n);
    let judged = Judged::<Vec<Located<u64>>>::by(&late, numbers(3), began);
    assert_eq!(judged.rows.len(), 3);
}
