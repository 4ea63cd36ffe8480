//! Law: a table is judged where it stands as its rows are in Rust, and a constraint holds where its rule does.

use std::sync::Arc;

use metalayer::core::{Action, Contract, Row};
use metalayer::pg::CheckState;
use metalayer::prelude::*;
use metalayer::quality::Rule;

use super::{loaded, rows, rules};

/// Each rule with another action than its neighbours.
fn acting(rules: &[Rule], contract: &Contract) -> Judge<Row> {
    const ACTIONS: [Action; 4] = [
        Action::Quarantine,
        Action::Warn,
        Action::Abort,
        Action::Warn,
    ];
    let acting = rules.iter().enumerate();
    let set: RuleSet<Row> = acting
        .map(|(at, rule)| (ACTIONS[at % 4], rule.clone()))
        .collect();
    set.build_for(contract).unwrap()
}

/// What the rules make of the rows, as a flow would count it.
fn in_rust(judge: &Judge<Row>, rows: &[Row]) -> Scorecard {
    let mut report = Report::default();
    for row in rows {
        let out = judge.apply(row.clone(), &mut report);
        report.settle(out.is_some());
    }
    let mut card = judge.card();
    card += &report.take_card();
    card
}

#[tokio::test(flavor = "multi_thread")]
async fn differential_a_table_is_judged_as_its_rows_are() {
    let contract = rules::contract();
    let (rules, rows) = (rules::all(), rows(&Arc::new(contract.clone())));
    let fresh = loaded(rows.clone(), contract.clone()).await;
    let mut mixed = 0;
    for rules in rules.chunks(3).chain([rules.as_slice()]) {
        let judge = acting(rules, &contract);
        let audit = judge.table_audit(&contract.dataset);
        let report = fresh.database.audit_table(&audit).await.unwrap();
        assert_eq!(report.card, in_rust(&judge, &rows));
        assert!(report.left_out.is_empty() && report.samples.is_empty());
        mixed += usize::from(report.card.accepted > 0 && report.card.quarantined > 0);
    }
    assert!(mixed > 20, "{mixed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn differential_a_constraint_holds_where_its_rule_does() {
    let contract = rules::contract();
    let (all, rows) = (rules::all(), rows(&Arc::new(contract.clone())));
    // The truth of the others would not last.
    let lasting = all.iter().filter(|rule| !rule.expr.reads_clock()).count();
    let set: RuleSet<Row> = all
        .into_iter()
        .map(|rule| (Action::Quarantine, rule))
        .collect();
    let judge = set.build_for(&contract).unwrap();
    let (card, checks) = (
        in_rust(&judge, &rows),
        judge.check_constraints(&contract.dataset),
    );
    assert_eq!(checks.len(), lasting);
    let fresh = loaded(rows, contract).await;
    let added = fresh.database.add_checks(&checks).await.unwrap();
    for check in &added {
        let is_violated = card.rules[&check.rule].violations > 0;
        assert_eq!(
            check.state == CheckState::Violated,
            is_violated,
            "{}",
            check.rule
        );
    }
    // Each is known again, in whatever words the catalogue has put it.
    let again = fresh.database.add_checks(&checks).await.unwrap();
    assert_eq!(again, added);
}
