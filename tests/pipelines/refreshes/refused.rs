//! What does not reconcile is refused, and named.

use metalayer::core::Verdict;
use metalayer::pg::Mode;
use metalayer::prelude::*;

use super::shop;
use crate::merge::Dice;
use crate::support::Fresh;

/// A warehouse of 12 loads, and one load that it has not seen.
async fn behind() -> (Fresh, Refresh) {
    let mut dice = Dice(3);
    let fresh = Fresh::migrated().await;
    shop::create(&fresh.database).await;
    for _ in 0..12 {
        fresh.run(&shop::load(&mut dice)).await;
    }
    let refresh = Refresh::new(&fresh.database, shop::small_plan("gold")).unwrap();
    shop::run(&refresh).await;
    (fresh, refresh)
}

async fn reason(refresh: &Refresh, mode: Mode) -> String {
    let flow = Flow::new(Gate::off());
    let refreshed = match mode {
        Mode::Incremental => refresh.run(&flow).await.unwrap(),
        Mode::Full => refresh.rebuild(&flow).await.unwrap(),
    };
    assert_eq!(refreshed.mode, Some(mode));
    match refreshed.outcome {
        Outcome::Refused(receipt) => match receipt.verdict {
            Verdict::Refused(reason) => reason,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// Touches one row whose customer is known, and answers its day.
async fn touch(fresh: &Fresh) -> String {
    let day = "SELECT day FROM gold.fct_sales JOIN gold.dim_date USING (date_key) WHERE date_key > 10000101 ORDER BY _row_id LIMIT 1";
    let day = fresh.one(day).await;
    let touch = "WITH load AS (INSERT INTO meta.load (dataset, source, rule_set, state) \
        VALUES ('silver.sales', 'test', decode(repeat('00', 32), 'hex'), 'applied') RETURNING load_id) \
        UPDATE silver.sales SET _changed_load = load_id, quantity = quantity + 1 FROM load \
        WHERE _row_id = (SELECT min(_row_id) FROM gold.fct_sales WHERE date_key > 10000101)";
    fresh.run(touch).await;
    day
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_lost_more_than_it_had_is_named() {
    let (fresh, refresh) = behind().await;
    let day = touch(&fresh).await;
    fresh
        .run(&format!("DELETE FROM gold.agg_daily WHERE day = '{day}'"))
        .await;
    // one fact goes and comes again: the others of that day are missing
    let reason = reason(&refresh, Mode::Incremental).await;
    let said = "rule agg_daily.reconciles aborts: 1 violations, none allowed (";
    assert!(reason.starts_with(&format!("{said}{day}: ")), "{reason}");
    let drift = refresh.compare_with_full().await.unwrap();
    assert!(!drift.is_same());
    assert!(drift.to_string().contains(&day), "{drift}");
    refresh.rebuild(&Flow::new(Gate::off())).await.unwrap();
    assert!(refresh.compare_with_full().await.unwrap().is_same());
}

/// A trigger stands for whatever may write another number than it is told.
const WRONG: &str = "CREATE FUNCTION gold.wrong() RETURNS trigger LANGUAGE plpgsql AS \
    $$BEGIN NEW.amount := NEW.amount + 1; RETURN NEW; END$$; \
    CREATE TRIGGER wrong BEFORE INSERT OR UPDATE ON gold.{} FOR EACH ROW EXECUTE FUNCTION gold.wrong()";

/// Where no foreign key of the server keeps a reference, a check does, whatever is refreshed.
#[tokio::test(flavor = "multi_thread")]
async fn a_fact_on_nobody_is_refused() {
    let (fresh, refresh) = behind().await;
    const KEYS: &str = "SELECT count(*) FROM pg_constraint WHERE conrelid = 'gold.fct_sales'::regclass \
        AND contype = 'f' AND confrelid = 'gold.dim_customer'::regclass";
    assert_eq!(fresh.one(KEYS).await, "0");
    touch(&fresh).await;
    let nobody = "CREATE FUNCTION gold.nobody() RETURNS trigger LANGUAGE plpgsql AS \
        $$BEGIN NEW.customer_key := 999999; RETURN NEW; END$$; \
        CREATE TRIGGER nobody BEFORE INSERT OR UPDATE ON gold.fct_sales FOR EACH ROW EXECUTE FUNCTION gold.nobody()";
    fresh.run(nobody).await;
    fresh.run("UPDATE gold.fct_sales SET amount = amount").await;
    let reason = reason(&refresh, Mode::Full).await;
    assert!(reason.contains("fct_sales.customer_key.exists"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_is_not_as_its_source_is_named() {
    let (fresh, refresh) = behind().await;
    touch(&fresh).await;
    fresh.run(&WRONG.replace("{}", "fct_sales")).await;
    let row = fresh
        .one("SELECT min(_row_id) FROM gold.fct_sales WHERE date_key > 10000101")
        .await;
    let said =
        format!("rule fct_sales.reconciles aborts: 1 violations, none allowed (row {row}: amount ");
    for mode in [Mode::Incremental, Mode::Full] {
        let before = fresh.one("SELECT sum(amount) FROM gold.fct_sales").await;
        let reason = reason(&refresh, mode).await;
        match mode {
            Mode::Incremental => assert!(reason.starts_with(&said), "{reason}"),
            Mode::Full => assert!(reason.contains(&format!("row {row}: ")), "{reason}"),
        }
        assert_eq!(
            fresh.one("SELECT sum(amount) FROM gold.fct_sales").await,
            before
        );
    }
    fresh.run("DROP TRIGGER wrong ON gold.fct_sales").await;
    shop::run(&refresh).await;
    assert!(refresh.compare_with_full().await.unwrap().is_same());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_not_as_its_facts_is_named() {
    let (fresh, refresh) = behind().await;
    let day = touch(&fresh).await;
    fresh.run(&WRONG.replace("{}", "agg_daily")).await;
    for mode in [Mode::Incremental, Mode::Full] {
        let reason = reason(&refresh, mode).await;
        assert!(reason.contains("agg_daily.reconciles"), "{reason}");
        assert!(reason.contains(&format!("{day}: amount ")), "{reason}");
    }
}

/// A check that the host adds holds in both ways.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_the_host_is_done_in_both_ways() {
    let (fresh, _) = behind().await;
    let mut plan = shop::small_plan("gold");
    let never = "SELECT 'too many' AS differs FROM gold.fct_sales HAVING count(*) > 1000000";
    plan.checks
        .push(metalayer::core::Audit::new("sales.few", never));
    let refresh = Refresh::new(&fresh.database, plan.clone()).unwrap();
    assert_eq!(shop::run(&refresh).await.mode, Some(Mode::Full));
    touch(&fresh).await;
    let refreshed = shop::run(&refresh).await;
    assert_eq!(refreshed.mode, Some(Mode::Incremental));
    let counted = refreshed.outcome.receipt().unwrap();
    assert!(
        counted
            .card
            .rules
            .keys()
            .any(|rule| rule.contains("sales.few")),
        "{counted:?}"
    );
}
