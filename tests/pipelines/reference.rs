//! The reference warehouse over the made-up month: its figures, its views, and what the business checks.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::retail::figures::Figures;
use crate::retail::pipeline::Retail;
use crate::retail::sample::Planted;
use crate::retail::star;
use crate::sample_month::{month, run};
use crate::support::{Fresh, settings};

/// Thousandths as the report has them.
pub(crate) fn cents(milli: i64) -> String {
    let exact = Decimal::new(milli, 3);
    let mut cents = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    cents.rescale(2);
    cents.to_string()
}

/// A column of a section of the report, by the section's first one.
pub(crate) struct Expected {
    pub(crate) title: &'static str,
    pub(crate) column: &'static str,
    pub(crate) rows: BTreeMap<String, String>,
}

/// What the report is to say of the made-up month.
pub(crate) fn expected(planted: &Planted) -> [Expected; 2] {
    let regions = planted.by_region.iter();
    let regions = regions.map(|(name, (_, milli))| (name.clone(), cents(*milli)));
    let month = (String::from("2024-03"), cents(planted.total_milli));
    [
        Expected {
            title: "regions",
            column: "revenue",
            rows: regions.collect(),
        },
        Expected {
            title: "months",
            column: "revenue",
            rows: [month].into(),
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_says_what_was_planted() {
    let (_folder, planted, files) = month(3_000).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    run(&retail, &files).await;
    let figures = Figures::of(&fresh.database).await.unwrap();
    for Expected {
        title,
        column,
        rows,
    } in expected(&planted)
    {
        let section = figures.sections.iter().find(|s| s.title == title).unwrap();
        let place = section.header.iter().position(|name| name == column);
        let found = section.rows.iter();
        let found = found.map(|row| (row[0].clone(), row[place.unwrap()].clone()));
        let found: BTreeMap<String, String> = found.collect();
        assert_eq!(found, rows, "{title}");
    }
    for section in &figures.sections {
        assert!(!section.rows.is_empty(), "{}", section.title);
    }
    let all = Decimal::new(planted.total_milli, 3).to_string();
    for (what, query) in [
        (
            "lifetime values",
            "SELECT sum(lifetime_value) FROM gold.v_customer_lifetime_value",
        ),
        ("segments", "SELECT sum(revenue) FROM gold.v_rfm_segments"),
        (
            "products",
            "SELECT sum(revenue) FROM gold.v_product_performance",
        ),
        (
            "regions",
            "SELECT sum(revenue) FROM gold.v_regional_analysis",
        ),
        (
            "cohorts",
            "SELECT sum(revenue) FROM gold.v_cohort_retention",
        ),
        (
            "balances",
            "SELECT sum(amount_to_date) FROM gold.fct_customer_months WHERE period = '2024-03-01'",
        ),
        ("summary", "SELECT revenue FROM gold.v_executive_summary"),
    ] {
        assert_eq!(fresh.one(query).await, all, "{what}");
    }
    let everybody = fresh
        .one("SELECT count(DISTINCT customer_id) FROM gold.dim_customer WHERE customer_key <> -1")
        .await;
    for table in [
        "seg_customer_rfm",
        "seg_customer_cohort",
        "seg_customer_value",
        "v_customer_lifetime_value",
    ] {
        let count = format!("SELECT count(*) FROM gold.{table}");
        assert_eq!(fresh.one(&count).await, everybody, "{table}");
    }
    let moved = "SELECT count(*) FROM (SELECT FROM gold.dim_customer WHERE customer_key <> -1 GROUP BY customer_id HAVING count(DISTINCT country) > 1) AS m";
    assert_eq!(fresh.one(moved).await, planted.customers_moved.to_string());
    let abc = "SELECT min(cumulative_share) FILTER (WHERE class = 'B') > 0.8 AND max(cumulative_share - share) FILTER (WHERE class = 'A') < 0.8 \
        AND count(DISTINCT class) = 3 FROM gold.v_product_performance";
    assert_eq!(fresh.one(abc).await, "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checks_of_the_business_say_what_differs() {
    let (_folder, _, files) = month(900).await;
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    run(&retail, &files).await;
    let checks = star::star().unwrap().checks;
    let check = |id: &str| {
        let found = checks.iter().find(|check| check.id == id).unwrap();
        format!(
            "SELECT string_agg(differs, ', ' ORDER BY differs) FROM ({}) AS found",
            found.sql
        )
    };
    let ids = [
        "retail.month_totals",
        "retail.region_totals",
        "retail.no_orphan_facts",
    ];
    for id in ids {
        assert_eq!(fresh.one(&check(id)).await, "NULL", "{id}");
        let judged = format!(
            "SELECT min(action) || ' ' || max(violations) FROM meta.rule_result WHERE rule = '{id}'"
        );
        assert_eq!(fresh.one(&judged).await, "abort 0");
    }
    fresh
        .run(
            "UPDATE gold.agg_monthly_sales SET amount = amount + 0.001;
             UPDATE gold.agg_sales_by_region SET lines = lines + 1 WHERE region = 'Europe' AND country = 'Spain';
             SET session_replication_role = replica;
             DELETE FROM gold.dim_product WHERE product_key = (SELECT product_key FROM gold.fct_sales ORDER BY _row_id LIMIT 1)",
        )
        .await;
    assert_eq!(fresh.one(&check(ids[0])).await, "month 2024-03-01");
    assert_eq!(fresh.one(&check(ids[1])).await, "region Europe");
    assert!(fresh.one(&check(ids[2])).await.starts_with("fact 1"));
}
