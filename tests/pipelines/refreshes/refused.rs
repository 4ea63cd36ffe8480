//! What does not reconcile is refused, and named.

use metalayer::core::Verdict;
use metalayer::pg::Mode;
use metalayer::prelude::*;
use ml_chaos::Dice;

use super::shop;
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

/// A trigger stands for whatever may keep a row that is to go, or one that is to come out.
const KEPT: &str = "CREATE FUNCTION gold.kept() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$; \
    CREATE TRIGGER kept BEFORE {} ON gold.fct_sales FOR EACH ROW EXECUTE FUNCTION gold.kept()";

/// One more load, which does `what` it is told; it knows its number as `load_id`.
async fn load(fresh: &Fresh, what: &str) {
    let load = "WITH load AS (INSERT INTO meta.load (dataset, source, rule_set, state) \
        VALUES ('silver.sales', 'test', decode(repeat('00', 32), 'hex'), 'applied') RETURNING load_id)";
    fresh.run(&format!("{load} {what}")).await;
}

/// A load of two sales to a customer who is new, in one country; answers their rows.
async fn two_sales(fresh: &Fresh) -> [String; 2] {
    let sale = |id: u32| {
        format!(
            "SELECT {id}, 'zoe', 'pen', timestamp '2024-02-03' + {id} * interval '1 minute', 'DE', 3, 0.10, load_id, {id}, load_id FROM load"
        )
    };
    let what = format!(
        "INSERT INTO silver.sales (sale_id, customer, product, sold_at, country, quantity, price, _load_id, _record_no, _changed_load) \
         {} UNION ALL {}",
        sale(101),
        sale(102)
    );
    load(fresh, &what).await;
    let row = async |id: u32| {
        fresh
            .one(&format!(
                "SELECT _row_id FROM silver.sales WHERE sale_id = {id}"
            ))
            .await
    };
    [row(101).await, row(102).await]
}

#[track_caller]
fn is_named(reason: &str, row: &str, differs: &str) {
    let said = format!(
        "rule fct_sales.reconciles aborts: 1 violations, none allowed (row {row}: {differs}"
    );
    assert!(reason.starts_with(&said), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_stays_without_its_source_or_does_not_come_is_named() {
    let (fresh, refresh) = behind().await;
    let [row, _] = two_sales(&fresh).await;
    shop::run(&refresh).await;
    let gone = |gone: bool| {
        format!(
            "UPDATE silver.sales SET _changed_load = load_id, _deleted = {gone} FROM load WHERE _row_id = {row}"
        )
    };
    load(&fresh, &gone(true)).await;
    fresh.run(&KEPT.replace("{}", "DELETE")).await;
    let stays = reason(&refresh, Mode::Incremental).await;
    is_named(&stays, &row, "amount none expected, 0.30 found");
    let no_longer = "DROP TRIGGER kept ON gold.fct_sales; DROP FUNCTION gold.kept()";
    fresh.run(no_longer).await;
    shop::run(&refresh).await;
    load(&fresh, &gone(false)).await;
    fresh.run(&KEPT.replace("{}", "INSERT")).await;
    let misses = reason(&refresh, Mode::Incremental).await;
    is_named(&misses, &row, "amount 0.30 expected, none found");
}

/// A fact that did not change itself is judged as well: here its member begins another span by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_was_only_moved_is_named() {
    let (fresh, refresh) = behind().await;
    let [first, second] = two_sales(&fresh).await;
    shop::run(&refresh).await;
    let moved = format!(
        "UPDATE silver.sales SET _changed_load = load_id, country = 'FR' FROM load WHERE _row_id = {first}"
    );
    load(&fresh, &moved).await;
    let of_second = format!("FOR EACH ROW WHEN (NEW._row_id = {second}) EXECUTE");
    let wrong = WRONG.replace("{}", "fct_sales");
    fresh
        .run(&wrong.replace("FOR EACH ROW EXECUTE", &of_second))
        .await;
    let reason = reason(&refresh, Mode::Incremental).await;
    is_named(&reason, &second, "amount 0.30 expected, 1.30 found");
}

/// Where facts were found a member which then goes, against the plan, nobody else would notice.
#[tokio::test(flavor = "multi_thread")]
async fn a_touched_fact_on_nobody_is_refused() {
    let (fresh, _) = behind().await;
    let mut plan = shop::small_plan("gold");
    let steps = &mut plan.delta.as_mut().unwrap().steps;
    let mut steps = steps.iter_mut();
    let delete = steps.find(|step| step.label == "dim_customer: delete");
    let delete = delete.unwrap();
    assert!(delete.sql.contains("= 'delete'"), "{}", delete.sql);
    delete.sql = delete.sql.replace("= 'delete'", "= 'insert'");
    let refresh = Refresh::new(&fresh.database, plan).unwrap();
    shop::run(&refresh).await;
    two_sales(&fresh).await;
    let reason = reason(&refresh, Mode::Incremental).await;
    let said = "rule fct_sales.customer_key.exists aborts: 2 violations";
    assert!(reason.contains(said), "{reason}");
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
