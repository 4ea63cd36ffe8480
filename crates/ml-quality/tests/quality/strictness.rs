use ml_core::Settled;
use ml_quality::{Action, ColumnRules, Rule, RuleSet};
use proptest::prelude::*;

use crate::order::Order;
use crate::twins::{order, settled, stored};

/// Whether an order is kept under rules, of which those about critical columns are among.
fn is_kept(rules: Vec<(Action, Rule)>, order: &Order) -> bool {
    let judge = RuleSet::<Order>::from(rules).build().unwrap();
    let (settled, card) = settled(&judge, order);
    let aborts = card
        .rules
        .values()
        .any(|count| count.action == Action::Abort && count.violations > 0);
    matches!(settled, Settled::Accepted) && !aborts
}

fn stricter(action: Action) -> Action {
    match action {
        Action::Warn => Action::Quarantine,
        Action::Quarantine | Action::Abort => Action::Abort,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// P8: what stricter actions, more rules or narrower bounds keep, the others keep too.
    #[test]
    fn strictness_keeps_no_more(order in order(), raised in any::<u16>(), added in any::<u16>(), low in 0..9, high in 0..9) {
        let chosen = |mask: u16, number: usize| mask & (1 << number) != 0;
        let rules = stored();
        let mut strict = Vec::new();
        for (number, (action, rule)) in stored().into_iter().enumerate() {
            let action = if chosen(raised, number) { stricter(action) } else { action };
            strict.push((action, rule));
        }
        prop_assert!(is_kept(rules.clone(), &order) || !is_kept(strict, &order));

        let critical = |rule: &(usize, (Action, Rule))| matches!(rule.0, 0 | 6);
        let fewer = rules.iter().cloned().enumerate().filter(|rule| critical(rule) || chosen(added, rule.0));
        let fewer: Vec<_> = fewer.map(|(_, rule)| rule).collect();
        prop_assert!(is_kept(fewer, &order) || !is_kept(rules.clone(), &order));

        let between = |low, high| {
            let bounds = (Action::Quarantine, Order::QUANTITY.between(low, high).named("quantity.bounds"));
            rules.iter().cloned().chain([bounds]).collect()
        };
        prop_assert!(is_kept(between(-10, 10), &order) || !is_kept(between(low - 10, 10 - high), &order));
    }
}
