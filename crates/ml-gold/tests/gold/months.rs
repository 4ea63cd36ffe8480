use ml_core::{Kind, Plan};
use ml_gold::{Dimension, Warehouse};

use crate::star::{SALES, customer, daily, product, sales};

fn monthly(day: &str) -> Warehouse {
    Warehouse::new("gold")
        .dimension(customer())
        .dimension(product())
        .dimension(Dimension::date("dim_date", SALES, "sold_on"))
        .fact(sales().partitioned_by_month(day))
        .aggregate(daily())
}

fn labels(steps: &[ml_core::Statement]) -> Vec<&str> {
    let facts = steps.iter().filter(|s| s.label.starts_with("fct_sales: "));
    facts.map(|step| &*step.label).collect()
}

fn step<'a>(plan: &'a Plan, label: &str) -> &'a str {
    let mut all = plan.install.iter().chain(&plan.steps);
    &all.find(|step| step.label == label).unwrap().sql
}

#[test]
fn the_key_contains_the_day() {
    let plan = monthly("date_key").render().unwrap();
    let create = step(&plan, "fct_sales: table");
    assert!(
        create.ends_with(
            "PRIMARY KEY (\"_row_id\", \"date_key\")\n) PARTITION BY RANGE (\"date_key\")"
        ),
        "{create}"
    );
    assert!(plan.install.iter().all(|s| !s.sql.contains("fillfactor")));
}

#[test]
fn months_come_before_the_rows_that_are_in_them() {
    let plan = monthly("date_key").render().unwrap();
    let incremental = &plan.delta.as_ref().unwrap().steps;
    for (found, steps) in [
        (": differences", &plan.steps),
        (": rows as they are to be", incremental),
    ] {
        let labels = labels(steps);
        let at = |what: &str| labels.iter().position(|label| label.ends_with(what));
        let places = [found, ": delete", ": months", ": update", ": insert"].map(at);
        assert!(places.iter().all(Option::is_some), "{labels:?}");
        assert!(places.is_sorted(), "{labels:?}");
    }
    let months = step(&plan, "fct_sales: months");
    assert!(months.contains("ATTACH PARTITION"), "{months}");
    assert!(
        !months.contains("PARTITION OF") && !months.contains("DEFAULT"),
        "{months}"
    );
}

#[test]
fn months_are_those_of_a_key_into_days() {
    for day in ["product_key", "amount", "sold_on"] {
        let refused = monthly(day).render().unwrap_err();
        assert_eq!(refused.kind(), Kind::Contract);
        let why = format!("fct_sales has partitions by {day:?}, which is no key of it into days");
        assert_eq!(refused.to_string(), why);
    }
}

#[test]
fn rows_are_looked_for_where_they_may_be() {
    let between = "\"_row_id\" BETWEEN (SELECT min(";
    let count = |plan: &Plan| {
        let delta = plan.delta.as_ref().unwrap();
        let steps = delta.steps.iter().map(|step| (&step.label, &step.sql));
        let checks = delta.checks.iter().map(|check| (&check.id, &check.sql));
        let found = steps.chain(checks).filter(|(_, sql)| sql.contains(between));
        found.map(|(label, _)| label.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        count(&monthly("date_key").render().unwrap()),
        [
            "fct_sales: rows as they were",
            "fct_sales: delete",
            "fct_sales: update",
            "fct_sales.reconciles"
        ]
    );
    assert!(count(&crate::star::star().render().unwrap()).is_empty());
}
