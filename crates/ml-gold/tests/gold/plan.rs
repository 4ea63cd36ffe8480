use ml_core::{Action, Plan};
use ml_gold::{Dimension, Reference, Warehouse};

use crate::star::{SALES, customer, daily, product, sales, star};

fn step<'a>(plan: &'a Plan, label: &str) -> &'a str {
    let all = plan.install.iter().chain(&plan.steps);
    &all.into_iter()
        .find(|step| step.label == label)
        .unwrap()
        .sql
}

fn check<'a>(plan: &'a Plan, id: &str) -> &'a str {
    &plan.checks.iter().find(|check| check.id == id).unwrap().sql
}

#[test]
fn dimensions_grow_before_the_facts_and_shrink_after_them() {
    let plan = star().aggregate(daily()).render().unwrap();
    let labels: Vec<&str> = plan.steps.iter().map(|step| &*step.label).collect();
    let written = labels.iter().filter(|label| {
        ["delete", "update", "insert", "constraints", "guards"]
            .iter()
            .any(|verb| label.ends_with(verb))
    });
    let written: Vec<&str> = written.copied().collect();
    assert_eq!(
        written,
        [
            "dim_customer: update",
            "dim_customer: insert",
            "dim_product: update",
            "dim_product: insert",
            "dim_date: update",
            "dim_date: insert",
            "fct_sales: delete",
            "fct_sales: update",
            "fct_sales: insert",
            "agg_daily: delete",
            "agg_daily: update",
            "agg_daily: insert",
            "dim_customer: delete",
            "dim_product: delete",
            "dim_date: delete",
            "constraints",
            "dim_customer: guards",
            "dim_product: guards",
            "dim_date: guards",
            "fct_sales: guards",
            "agg_daily: guards",
        ]
    );
}

#[test]
fn a_table_is_created_with_its_grain_its_keys_and_its_constraints() {
    let plan = star().render().unwrap();
    assert_eq!(
        step(&plan, "dim_customer: table"),
        r#"-- Grain: one row per customer_id, valid_from.
CREATE TABLE IF NOT EXISTS "gold"."dim_customer" (
    "customer_key" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "customer_id" text COLLATE "C" NOT NULL,
    "valid_from" timestamp without time zone NOT NULL,
    "valid_to" timestamp without time zone NOT NULL,
    "country" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C",
    "is_current" boolean NOT NULL GENERATED ALWAYS AS ("valid_to" = TIMESTAMP 'infinity') STORED,
    UNIQUE ("customer_id", "valid_from"),
    CHECK ("valid_from" < "valid_to")
)"#
    );
    assert_eq!(
        step(&plan, "dim_product: unknown member"),
        r#"INSERT INTO "gold"."dim_product" ("product_key", "product_id", "description")
OVERRIDING SYSTEM VALUE
VALUES (-1, 'unknown', NULL)
ON CONFLICT ("product_key") DO UPDATE SET "product_id" = excluded."product_id", "description" = excluded."description""#
    );
}

#[test]
fn only_what_differs_from_the_latest_row_of_each_key_is_kept() {
    let plan = star().render().unwrap();
    assert_eq!(
        step(&plan, "dim_product: differences"),
        r#"CREATE TEMPORARY TABLE pg_temp."dim_product_diff" ON COMMIT DROP AS
WITH distinct_fresh AS (
    SELECT
        (stock_code)::text COLLATE "C" AS "product_id",
        (description)::text COLLATE "C" AS "description",
        (description IS NOT NULL)::boolean AS "_latest_0",
        max((sold_on)::date) AS "_latest_1"
    FROM (SELECT * FROM "silver"."sales" WHERE NOT "_deleted") AS source
    GROUP BY
        (stock_code)::text COLLATE "C",
        (description)::text COLLATE "C",
        (description IS NOT NULL)::boolean
),
fresh AS (
    SELECT DISTINCT ON ("product_id") "product_id", "description"
    FROM distinct_fresh
    WHERE "product_id" IS NOT NULL AND ROW("product_id") <> ROW('unknown')
    ORDER BY "product_id", "_latest_0" DESC NULLS LAST, "_latest_1" DESC NULLS LAST, "description" DESC NULLS LAST
)
SELECT
    CASE WHEN held."product_id" IS NULL THEN 'insert' WHEN fresh."product_id" IS NULL THEN 'delete' ELSE 'update' END AS "_change",
    coalesce(fresh."product_id", held."product_id") AS "product_id",
    fresh."description"
FROM fresh
FULL JOIN (SELECT "product_id", "description" FROM "gold"."dim_product" WHERE "product_key" <> -1) AS held
    ON held."product_id" = fresh."product_id"
WHERE ROW(fresh."product_id", fresh."description") IS DISTINCT FROM ROW(held."product_id", held."description")"#
    );
    assert_eq!(
        step(&plan, "dim_product: update"),
        r#"UPDATE "gold"."dim_product" AS held
SET "description" = diff."description"
FROM pg_temp."dim_product_diff" AS diff
WHERE diff."_change" = 'update' AND held."product_id" = diff."product_id""#
    );
}

#[test]
fn a_history_goes_from_observations_to_spans_and_takes_the_rest_from_the_newest() {
    let plan = star().render().unwrap();
    let sql = step(&plan, "dim_customer: differences");
    let ctes = [
        "observed AS",
        "latest AS",
        "compared AS",
        "changes AS",
        "spans AS",
        "newest AS",
        "fresh AS",
    ];
    let places: Vec<usize> = ctes.iter().map(|cte| sql.find(cte).unwrap()).collect();
    assert!(places.is_sorted(), "{sql}");
    assert!(
        sql.contains(r#"WHERE "_nth" = 1 OR ROW("country") IS DISTINCT FROM ROW("_was_0")"#),
        "{sql}"
    );
    assert!(
        sql.contains(r#"max((sold_on)::timestamp without time zone) AS "_latest_0""#),
        "{sql}"
    );
    assert!(step(&plan, "dim_customer: guards").contains(
        r#"point(hash_record_extended(ROW("customer_id"), 0), hash_record_extended(ROW("customer_id"), 1)) WITH ~=, tsrange("valid_from", "valid_to") WITH &&"#
    ));
}

#[test]
fn a_fact_finds_members_that_stay_or_the_unknown_one() {
    let plan = star().render().unwrap();
    let sql = step(&plan, "fct_sales: differences");
    let join = r#"LEFT JOIN (
        SELECT member."customer_key", member."customer_id", member."valid_from", member."valid_to" FROM "gold"."dim_customer" AS member WHERE NOT EXISTS (
        SELECT FROM pg_temp."dim_customer_diff" AS diff WHERE diff."_change" = 'delete' AND member."customer_id" = diff."customer_id" AND member."valid_from" = diff."valid_from"
    )
    ) AS found_0 ON found_0."customer_id" = source."_key_0_0" AND found_0."valid_from" <= source."_at" AND source."_at" < found_0."valid_to""#;
    assert!(sql.contains(join), "{sql}");
    assert!(
        sql.contains(r#"coalesce(found_2."date_key", -1) AS "date_key""#),
        "{sql}"
    );
    let guards = step(&plan, "fct_sales: guards");
    assert!(guards.contains(
        r#"ADD FOREIGN KEY ("customer_key") REFERENCES "gold"."dim_customer" ("customer_key")"#
    ));
    assert!(
        guards.contains(r#"CREATE INDEX ON "gold"."fct_sales" USING brin ("date_key")"#),
        "{guards}"
    );
}

#[test]
fn an_aggregate_names_dimensions_by_role() {
    let sales = sales().dimension(
        Reference::to("dim_date")
            .by("due_on")
            .column("due_key")
            .optional(),
    );
    let star = Warehouse::new("gold")
        .dimension(customer())
        .dimension(product())
        .dimension(Dimension::date("dim_date", SALES, "sold_on"))
        .fact(sales)
        .aggregate(daily());
    let plan = star.render().unwrap();
    let sql = step(&plan, "agg_daily: differences");
    assert!(
        sql.contains(
            r#"LEFT JOIN "gold"."dim_date" AS "due" ON "due"."date_key" = fact."due_key""#
        ),
        "{sql}"
    );
    assert!(
        sql.contains(r#"(sum(fact."amount"))::numeric AS "amount""#),
        "{sql}"
    );
    assert!(
        plan.checks
            .iter()
            .all(|c| c.id != "fct_sales.due_key.known")
    );
}

#[test]
fn what_is_counted_twice_is_refused_and_what_is_unknown_is_counted() {
    let plan = star().aggregate(daily()).render().unwrap();
    let refusing = |action| {
        let checks = plan
            .checks
            .iter()
            .filter(move |check| check.action == action);
        checks.map(|check| &*check.id).collect::<Vec<&str>>()
    };
    assert_eq!(
        refusing(Action::Abort),
        [
            "dim_customer.no_overlap",
            "dim_customer.one_current",
            "fct_sales.reconciles",
            "agg_daily.reconciles"
        ]
    );
    assert_eq!(
        refusing(Action::Warn),
        [
            "fct_sales.customer_key.known",
            "fct_sales.product_key.known",
            "fct_sales.date_key.known"
        ]
    );
    let sql = check(&plan, "fct_sales.reconciles");
    assert!(sql.contains(r#"coalesce(sum((quantity * unit_price)::numeric), 0)::numeric AS sum_1 FROM (SELECT * FROM "silver"."sales" WHERE NOT "_deleted")"#), "{sql}");
    assert!(
        sql.contains("('amount', expected.sum_1, found.sum_1)"),
        "{sql}"
    );
}

#[test]
fn a_plan_stays_inside_what_a_distributed_server_runs() {
    let plan = star().aggregate(daily()).render().unwrap();
    let statements = plan.install.iter().chain(&plan.steps);
    let checks = plan.checks.iter().map(|check| &check.sql);
    for sql in statements.map(|statement| &statement.sql).chain(checks) {
        for word in [
            "TRUNCATE",
            "CASCADE",
            "GROUPING SETS",
            "ROLLUP",
            "TRIGGER",
            "RECURSIVE",
        ] {
            assert!(!sql.contains(word), "{sql}");
        }
    }
}

#[test]
fn the_same_star_has_the_same_plan() {
    let plan = star().aggregate(daily()).render().unwrap();
    assert_eq!(plan, star().aggregate(daily()).render().unwrap());
    assert_eq!(plan.sources, [SALES]);
    assert_eq!(
        plan.read,
        r#"SELECT 0::bigint + (SELECT count(*) FROM (SELECT * FROM "silver"."sales" WHERE NOT "_deleted") AS source)"#
    );
}
