//! The laws of profiles: merging in any grouping is seeing all, and what is suggested accepts all that was seen.

use std::sync::Arc;

use chrono::DateTime;
use ml_core::{ColumnDef, Contract, Fault, FieldError, Report, Row, Type, Value};
use ml_quality::profile::ColumnProfile;
use ml_quality::{Action, Profile, Rule, RuleSet};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::profile::of;

const TYPES: [Type; 9] = [
    Type::Text,
    Type::Text,
    Type::Int8,
    Type::Float8,
    Type::Numeric,
    Type::Date,
    Type::Timestamp,
    Type::Timestamptz,
    Type::Bool,
];
/// Of the second column of text.
const PERSONAL: usize = 1;

fn contract() -> Arc<Contract> {
    let column = |(place, ty)| ColumnDef {
        name: format!("c{place}").into(),
        header: format!("c{place}").into(),
        personal: place == PERSONAL,
        nullable: true,
        ..ColumnDef::of("", ty)
    };
    let contract = Contract {
        dataset: "bronze.any".parse().unwrap(),
        columns: TYPES.into_iter().enumerate().map(column).collect(),
        grain: Vec::new(),
    };
    Arc::new(contract.checked().unwrap())
}

/// Texts of one kind: lists, numbers, addresses, blanks, anything, long ones.
fn kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "[AB]",
        "[A-Z]{3}-[0-9]{1,3}",
        "[a-z]{1,3}@[a-z]{1,2}",
        "[ \t\u{2003}]{0,2}",
        "\\PC{0,5}",
        "[ -~\n]{1,2}",
        "x{195,205}",
        "[{}\\\\]{1,3}é?",
    ])
}

/// Small numbers, and now and then the outermost.
fn number() -> impl Strategy<Value = (i64, u32)> {
    let whole = prop_oneof![20 => -30..30_i64, 20 => 1..9_i64, 1 => any::<i64>()];
    (whole, 0..4_u32)
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![50 => -2.0..2.0, 5 => Just(-0.0), 1 => any::<f64>()]
}

type Texts = [Option<String>; 2];

prop_compose! {
    fn rows()(kinds in [kind(), kind()], nulls in prop::sample::select(vec![1e-9, 0.1]))(
        rows in vec((
            kinds.map(|kind| prop::option::weighted(1.0 - nulls, kind)),
            number(), float(), 0..2_000_000_000_i64, any::<bool>(), prop::bool::weighted(nulls),
            prop::bool::weighted(0.02),
        ), 100..140)
    ) -> Vec<(Vec<Value>, Vec<FieldError>)> {
        rows.into_iter().map(|(texts, number, float, seconds, truth, null, bad)| {
            (values(texts, number, float, seconds, truth, null), if bad { every_other() } else { Vec::new() })
        }).collect()
    }
}

fn values(
    texts: Texts,
    number: (i64, u32),
    float: f64,
    seconds: i64,
    truth: bool,
    null: bool,
) -> Vec<Value> {
    let text = |text: Option<String>| text.map_or(Value::Null, Value::Text);
    let [one, other] = texts.map(text);
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let int = if null {
        Value::Null
    } else {
        Value::Int(number.0)
    };
    vec![
        one,
        other,
        int,
        float.into(),
        Decimal::new(number.0, number.1).into(),
        at.date_naive().into(),
        at.naive_utc().into(),
        at.into(),
        truth.into(),
    ]
}

fn every_other() -> Vec<FieldError> {
    let bad = |ordinal| FieldError {
        ordinal,
        fault: Fault::Nul,
    };
    (0..TYPES.len()).step_by(2).map(bad).collect()
}

fn row(contract: &Arc<Contract>, values: &[Value]) -> Row {
    let mut row = Row::new(Arc::clone(contract));
    for (ordinal, value) in values.iter().enumerate() {
        row.set(ordinal, value.clone()).unwrap();
    }
    row
}

fn profile(contract: &Arc<Contract>, rows: &[(Vec<Value>, Vec<FieldError>)]) -> Profile {
    let mut profile = Profile::of(contract);
    for (values, bad) in rows {
        profile.see(&row(contract, values), bad);
    }
    profile
}

/// Without what is right to the last digits, or within bounds, only; as text, in which NaN is itself.
fn exact(profile: &Profile) -> Vec<String> {
    let strip = |mut column: ColumnProfile| {
        // 96 shapes are counted exactly, more within bounds.
        if let Some(text) = column.text.as_mut().filter(|_| column.distinct > 90) {
            text.patterns.clear();
        }
        ColumnProfile {
            mean: None,
            deviation: None,
            quantiles: Vec::new(),
            ..column
        }
    };
    profile
        .columns()
        .into_iter()
        .map(strip)
        .map(|column| format!("{column:?}"))
        .collect()
}

fn close(a: Option<f64>, b: Option<f64>, size: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * size.max(1.0),
        (a, b) => a == b,
    }
}

fn size(column: &ColumnProfile) -> f64 {
    let ends = [&column.min, &column.max];
    let sizes = ends.into_iter().flatten().map(|end| match end {
        Value::Int(v) => *v as f64,
        Value::Float(v) => *v,
        Value::Decimal(v) => v.to_string().parse().unwrap_or(0.0),
        _ => 0.0,
    });
    sizes
        .map(f64::abs)
        .filter(|size| size.is_finite())
        .fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Law: (a + b) + c = c + (b + a) = all at once.
    #[test]
    fn merging_in_any_grouping_is_seeing_all(rows in rows(), cuts in (0..100_usize, 0..100_usize)) {
        let contract = contract();
        let (low, high) = (cuts.0.min(cuts.1), cuts.0.max(cuts.1));
        let parts = [&rows[..low], &rows[low..high], &rows[high..]];
        let [a, b, c] = parts.map(|part| profile(&contract, part));
        let (mut left, mut right, mut inner) = (a.clone(), c.clone(), b.clone());
        left.merge(&b).unwrap();
        left.merge(&c).unwrap();
        inner.merge(&a).unwrap();
        right.merge(&inner).unwrap();
        let whole = profile(&contract, &rows);
        prop_assert_eq!(exact(&left), exact(&whole));
        prop_assert_eq!(exact(&right), exact(&whole));
        for merged in [left, right] {
            prop_assert_eq!(merged.count(), whole.count());
            for (one, other) in merged.columns().iter().zip(whole.columns()) {
                let size = size(&other);
                prop_assert!(close(one.mean, other.mean, size), "{:?} {:?}", one.mean, other.mean);
                prop_assert!(close(one.deviation, other.deviation, size * size.sqrt()));
            }
        }
    }

    /// Law: every rule suggested accepts every record seen; a field that could not be decoded is not judged.
    #[test]
    fn what_is_suggested_accepts_all_that_was_seen(rows in rows()) {
        let contract = contract();
        let rules: Vec<(Action, Rule)> =
            profile(&contract, &rows).suggest().into_iter().map(Into::into).collect();
        let judge = RuleSet::<Row>::from(rules).build_for(&contract).unwrap();
        for (values, bad) in &rows {
            let mut report = Report::default();
            judge.judge(&row(&contract, values), bad, &mut report);
            report.settle(true);
            let card = report.take_card();
            let broken = card.rules.iter().find(|(_, count)| count.violations > 0);
            prop_assert!(broken.is_none(), "{broken:?} by {values:?}");
        }
    }
}

#[test]
fn nothing_is_merged_with_another_column() {
    let mut profile = of(Type::Int8, [ml_core::ValueRef::Int(1)]);
    let error = profile.merge(&of(Type::Int4, [])).unwrap_err();
    assert_eq!(error.kind(), ml_core::Kind::Contract);
    assert!(profile.merge(&Profile::new(&[])).is_err());
    assert_eq!(profile.count(), 1);
}
