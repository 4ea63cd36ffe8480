//! What is estimated is within the bounds that are promised.

use std::collections::HashMap;

use ml_core::{Type, Value, ValueRef};
use ml_quality::Profile;

use crate::profile::{column, of};

/// Numbers without order, each of 0 to `count` once: a linear congruential generator of full period.
fn shuffled(count: u64) -> impl Iterator<Item = u64> {
    let size = count.next_power_of_two();
    let next = move |n: &u64| Some((n * 5 + 3) % size);
    let all = std::iter::successors(Some(1), next).take(size as usize);
    all.filter(move |n| *n < count)
}

/// One profile of all, and one merged of parts.
fn whole_and_merged(ty: Type, values: &[Value]) -> [Profile; 2] {
    let whole = of(ty, values.iter().map(Value::as_ref));
    let mut merged = of(ty, []);
    for part in values.chunks(values.len() / 7) {
        merged
            .merge(&of(ty, part.iter().map(Value::as_ref)))
            .unwrap();
    }
    [whole, merged]
}

#[test]
fn distinct_values_are_counted_within_three_percent() {
    for count in [10_u64, 1_000, 10_000, 100_000] {
        let texts: Vec<Value> = shuffled(count)
            .map(|n| Value::Text(format!("no {n}")))
            .collect();
        let numbers: Vec<Value> = shuffled(count).map(|n| Value::Int(n as i64)).collect();
        let profiles = [
            whole_and_merged(Type::Text, &texts),
            whole_and_merged(Type::Int8, &numbers),
        ];
        for [whole, merged] in profiles {
            let distinct = column(&whole).distinct;
            let off = distinct.abs_diff(count) as f64 / count as f64;
            assert!(off < 0.03, "{distinct} of {count}");
            assert_eq!(distinct, column(&merged).distinct);
        }
    }
}

/// How far the rank of each quantile is from what it should be.
fn worst_rank(profile: &Profile, numbers: &[i64]) -> f64 {
    let total = numbers.len() as f64;
    let quantiles = column(profile).quantiles;
    assert_eq!(quantiles.len(), 7);
    let off = quantiles.iter().map(|quantile| {
        let Value::Int(value) = quantile.value else {
            panic!("it is a whole number")
        };
        let below = numbers.iter().filter(|n| **n < value).count() as f64 / total;
        let up_to = numbers.iter().filter(|n| **n <= value).count() as f64 / total;
        (below - quantile.rank).max(quantile.rank - up_to).max(0.0)
    });
    off.fold(0.0, f64::max)
}

#[test]
fn quantiles_have_their_ranks_within_two_percent() {
    let uniform = |n: u64| n as i64;
    let skewed = |n: u64| (n as f64 / 4_000.0).exp() as i64;
    let coarse = |n: u64| (n % 7 * n % 5) as i64;
    let heavy = |n: u64| if n.is_multiple_of(3) { n as i64 } else { 42 };
    let all: [fn(u64) -> i64; 4] = [uniform, skewed, coarse, heavy];
    for (place, of_number) in all.into_iter().enumerate() {
        let mut numbers: Vec<i64> = shuffled(60_000).map(of_number).collect();
        for order in ["shuffled", "ascending"] {
            let values: Vec<Value> = numbers.iter().copied().map(Value::Int).collect();
            for profile in whole_and_merged(Type::Int8, &values) {
                let off = worst_rank(&profile, &numbers);
                assert!(
                    off < 0.02,
                    "{order} numbers of kind {place} are off by {off}"
                );
            }
            numbers.sort_unstable();
        }
    }
}

#[test]
fn counts_of_frequent_values_are_within_their_bounds() {
    // Number n comes about 40,000 / n times, and there are too many different ones to remember.
    let harmonic = |n: u64| 40_000 / (n % 40_000 + 1);
    let texts: Vec<Value> = shuffled(80_000)
        .map(|n| Value::Text(format!("no {}", harmonic(n))))
        .collect();
    let once = shuffled(20_000).map(|n| Value::Text(format!("once {n}")));
    let texts: Vec<Value> = texts.into_iter().chain(once).collect();
    let mut truth: HashMap<&str, u64> = HashMap::new();
    for text in &texts {
        let Value::Text(text) = text else {
            panic!("it is text")
        };
        *truth.entry(text).or_default() += 1;
    }
    for profile in whole_and_merged(Type::Text, &texts) {
        let top = column(&profile).top;
        assert_eq!(top[0].value, Value::from("no 1"));
        for one in &top {
            let Value::Text(text) = &one.value else {
                panic!("it is text")
            };
            let times = truth[text.as_str()];
            assert!(
                (one.at_least..=one.at_most).contains(&times),
                "{one:?}: {times}"
            );
            assert!(one.at_most - one.at_least <= texts.len() as u64 * 7 / 1_000);
        }
        assert!(top.iter().any(|one| one.at_least < one.at_most));
    }
}

#[test]
fn the_same_records_give_the_same_profile() {
    let values: Vec<Value> = shuffled(30_000)
        .map(|n| Value::Float(n as f64 / 3.0))
        .collect();
    let [one, merged] = whole_and_merged(Type::Float8, &values);
    let [same, same_merged] = whole_and_merged(Type::Float8, &values);
    assert_eq!(one.columns(), same.columns());
    assert_eq!(merged.columns(), same_merged.columns());
}

#[test]
fn a_column_of_different_texts_has_no_frequent_ones() {
    let ids = |n| ValueRef::Text(n);
    let texts: Vec<String> = (0..5_000).map(|n| format!("id {n}")).collect();
    let found = column(&of(Type::Text, texts.iter().map(|text| ids(text))));
    assert_eq!(found.top, []);
    let text = found.text.unwrap();
    assert_eq!(text.patterns[0].value.to_string(), "a{2} 9{1,4}");
    assert_eq!(text.patterns[0].at_least, 5_000);
}
