use chrono::DateTime;
use ml_core::{
    Action, Change, ColumnDef, Report, RuleCount, Scorecard, Settled, Stage, Type, Violation,
};

fn violation(action: Action) -> Violation {
    Violation {
        rule: "n.range".into(),
        columns: vec!["n".into()],
        action,
        expected: "more".into(),
        found: "less".into(),
    }
}

#[test]
fn every_record_is_accounted_for() {
    let even = |n: u64, report: &mut Report| {
        if n.is_multiple_of(2) {
            Some(n)
        } else {
            report.drop("odd")
        }
    };
    let small = |n: u64, report: &mut Report| {
        if n > 6 {
            report.violate(violation(Action::Quarantine));
        }
        Some(n)
    };
    let silent = |n: u64, _: &mut Report| (n != 2).then_some(n);
    let stage = even.then(small).then(silent);
    let mut report = Report::default();
    let settled: Vec<_> = (0..10)
        .map(|n| {
            let out = stage.apply(n, &mut report);
            report.settle(out.is_some())
        })
        .collect();
    assert_eq!(settled[0], Settled::Accepted);
    assert_eq!(settled[1], Settled::Dropped);
    assert!(matches!(&settled[2], Settled::Held(why) if why[0].rule == "stage.reason"));
    assert!(matches!(&settled[8], Settled::Held(why) if why[0].rule == "n.range"));
    let card = report.take_card();
    assert!(card.is_conserved());
    assert_eq!(
        (
            card.read,
            card.accepted,
            card.quarantined,
            card.dropped["odd"]
        ),
        (10, 3, 2, 5)
    );
}

#[test]
fn a_record_is_held_back_for_what_was_said_and_nothing_more() {
    for came_out in [true, false] {
        let mut report = Report::default();
        report.violate(violation(Action::Quarantine));
        let why = vec![violation(Action::Quarantine)];
        assert_eq!(report.settle(came_out), Settled::Held(why));
        assert_eq!(report.take_card().rules.len(), 1);
    }
}

#[test]
fn a_warning_keeps_the_record() {
    let mut report = Report::default();
    report.violate(violation(Action::Warn));
    assert_eq!(report.settle(true), Settled::Accepted);
    assert_eq!(report.take_card().rules["n.range"].violations, 1);
}

#[test]
fn the_reasons_are_all_told_and_a_drop_does_not_hide_them() {
    let mut report = Report::default();
    report.violate(violation(Action::Warn));
    report.violate(violation(Action::Quarantine));
    assert!(report.is_held());
    assert_eq!(report.drop::<u64>("odd"), None);
    let Settled::Held(why) = report.settle(false) else {
        panic!("a record that is bad is held back")
    };
    assert_eq!(why.len(), 2);
    assert!(!report.is_held(), "the next record is another one");
    report.drop::<u64>("odd");
    report.drop::<u64>("old");
    assert_eq!(report.settle(false), Settled::Dropped);
    let card = report.take_card();
    assert_eq!((card.read, card.quarantined, card.dropped()), (2, 1, 1));
    assert_eq!(card.dropped["odd"], 1, "the first reason counts");
    assert_eq!(report.take_card(), Scorecard::default());
}

#[test]
fn only_what_is_accepted_was_changed() {
    let column = ColumnDef::of("n", Type::Text);
    let change = || Change::of(&column, "trim", " a", Some("a"));
    let mut report = Report::default();
    report.changes(change());
    report.changes(None);
    report.changes(change());
    report.settle(true);
    assert_eq!(
        report.take_changes(),
        [change(), change()].map(Option::unwrap)
    );
    assert_eq!(report.take_changes(), [], "they are told once");
    report.changes(change());
    report.violate(violation(Action::Quarantine));
    report.settle(true);
    assert_eq!(report.take_changes(), []);
    report.settle(true);
    assert_eq!(report.take_changes(), [], "nor are they the next record's");
}

#[test]
fn nothing_that_is_said_of_a_record_can_fail_its_load() {
    let mut report = Report::default();
    report.violate(Violation {
        rule: "a\0".into(),
        expected: "\0b".into(),
        found: "c\0d".into(),
        ..violation(Action::Quarantine)
    });
    let Settled::Held(why) = report.settle(true) else {
        panic!("held back")
    };
    report.drop::<u64>("e\0");
    report.settle(false);
    let card = report.take_card();
    let said = format!("{why:?} {card:?}");
    assert!(!said.contains("\\0"), "{said}");
    assert!(card.rules.contains_key("a\u{fffd}") && card.dropped.contains_key("e\u{fffd}"));
}

#[test]
fn the_rules_of_both_stages_are_on_the_card_before_a_record_is_read() {
    struct Named(&'static str);
    impl Stage<u64> for Named {
        type Out = u64;
        fn apply(&self, record: u64, _: &mut Report) -> Option<u64> {
            Some(record + 1)
        }
        fn declare(&self, card: &mut Scorecard) {
            card.declare(self.0, RuleCount::of(Action::Warn));
        }
    }
    let both = Named("a")
        .then(|n: u64, _: &mut Report| Some(n * 2))
        .then(Named("b"));
    let mut card = Scorecard::default();
    both.declare(&mut card);
    assert_eq!(card.rules.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(both.apply(1, &mut Report::default()), Some(5));
}

#[test]
fn now_is_when_the_load_began_to_the_microsecond() {
    let began = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
    let report = Report::at(began);
    assert_eq!(report.began().timestamp_subsec_nanos(), 123_456_000);
    assert_eq!(report.began().timestamp(), 1_700_000_000);
}
