//! The checks have teeth: each of 15 mistakes that loaders make is caught by one of them, and without a mistake none of them
//! finds anything.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bug;
mod csv;
mod load;
mod model;
mod record;
mod refine;
mod server;
mod session;
mod stream;

use ml_chaos::{Error, Findings, Invariant, checks};

use crate::bug::Bug;
use crate::model::Model;
use crate::server::trial;

/// More rows and bytes than the model sends in one COPY.
const RECORDS: usize = 2_500;
const BYTES: usize = 600 << 10;

/// A check has found that an invariant does not hold, in words that have these.
#[track_caller]
fn caught(found: Result<Findings, Error>, invariant: Invariant, words: &str) {
    let found = found.unwrap();
    let is_meant = |violation: &ml_chaos::Violation| {
        violation.invariant == invariant && violation.found.contains(words)
    };
    assert!(
        found.violations.iter().any(is_meant),
        "no {invariant}, {words:?}, in {found}"
    );
}

#[track_caller]
fn none(found: Result<Findings, Error>) {
    let found = found.unwrap();
    assert_eq!(found.violations, [], "{found}");
    assert!(found.looks > 0, "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bug_everything_holds() {
    let model = Model(None);
    let mut trial = trial(&model).await;
    none(checks::polluted_files(&mut trial).await);
    none(checks::renamed_files(&mut trial).await);
    none(checks::large_files(&mut trial, RECORDS, BYTES).await);
    none(checks::hindered_tables(&mut trial).await);
    none(checks::raced_loads(&mut trial).await);
    none(checks::raced_stretches(&mut trial).await);
    none(checks::overtaken_increments(&mut trial).await);
    none(checks::late_versions(&mut trial).await);
    none(checks::broken_connections(&mut trial).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_ledger_apart() {
    let model = Model(Some(Bug::LedgerApart));
    let found = checks::broken_connections(&mut trial(&model).await).await;
    caught(found, Invariant::Converges, "30 of 30 rows are missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_retry_unasked() {
    let model = Model(Some(Bug::RetryUnasked));
    let found = checks::broken_connections(&mut trial(&model).await).await;
    caught(found, Invariant::Idempotent, "is there twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_connection_reused() {
    let model = Model(Some(Bug::ConnectionReused));
    let found = checks::hindered_tables(&mut trial(&model).await).await;
    caught(
        found,
        Invariant::Explains,
        "teeth.record is away, and this is said of it: Failed",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_commit_trusted() {
    let model = Model(Some(Bug::CommitTrusted));
    let found = checks::hindered_tables(&mut trial(&model).await).await;
    caught(
        found,
        Invariant::Honest,
        "said Applied, then seen not there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_held_apart() {
    let model = Model(Some(Bug::HeldApart));
    let found = checks::broken_connections(&mut trial(&model).await).await;
    caught(found, Invariant::Atomic, "(Missing) is not held back");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_passed_through() {
    let model = Model(Some(Bug::PassedThrough));
    let found = checks::polluted_files(&mut trial(&model).await).await;
    caught(
        found,
        Invariant::Reconciles,
        "EndMarker: 30 of 60 rows are missing",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_head_unfenced() {
    let model = Model(Some(Bug::HeadUnfenced));
    let found = checks::raced_stretches(&mut trial(&model).await).await;
    caught(found, Invariant::Idempotent, "is there twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_reopened_lossy() {
    let model = Model(Some(Bug::ReopenedLossy));
    let found = checks::large_files(&mut trial(&model).await, RECORDS, BYTES).await;
    caught(
        found,
        Invariant::Reconciles,
        "many records: 2 of 2500 rows are missing",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_watermark_late() {
    let model = Model(Some(Bug::WatermarkLate));
    let found = checks::overtaken_increments(&mut trial(&model).await).await;
    caught(found, Invariant::Converges, "5 of 5 rows are missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_name_hashed() {
    let model = Model(Some(Bug::NameHashed));
    let found = checks::renamed_files(&mut trial(&model).await).await;
    caught(
        found,
        Invariant::Idempotent,
        "the same content by another name",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_field_uncapped() {
    let model = Model(Some(Bug::FieldUncapped));
    let found = checks::polluted_files(&mut trial(&model).await).await;
    caught(found, Invariant::Bounded, "(Oversized) is loaded");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_unchanged_skipped() {
    let model = Model(Some(Bug::UnchangedSkipped));
    let found = checks::late_versions(&mut trial(&model).await).await;
    caught(found, Invariant::Converges, "in the order [0, 2, 1]: ");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_detail_told() {
    let model = Model(Some(Bug::DetailTold));
    let found = checks::hindered_tables(&mut trial(&model).await).await;
    caught(found, Invariant::Discreet, "canary in what was said");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_nan_allowed() {
    let model = Model(Some(Bug::NanAllowed));
    let found = checks::polluted_files(&mut trial(&model).await).await;
    caught(found, Invariant::Reconciles, "(NotANumber) is loaded");
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_bug_width_lenient() {
    let model = Model(Some(Bug::WidthLenient));
    let found = checks::polluted_files(&mut trial(&model).await).await;
    caught(found, Invariant::Reconciles, "(Surplus) is loaded");
}
