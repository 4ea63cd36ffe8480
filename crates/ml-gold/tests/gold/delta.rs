//! Incremental refreshes: what their plan says, and which models have none.

use ml_core::{Kind, Plan, Type};
use ml_gold::{Aggregate, Dimension, Fact, Reference, Renewal, Warehouse};

use crate::star::{SALES, customer, daily, product, sales, star};

fn labels(plan: &Plan) -> Vec<&str> {
    let steps = plan.delta.iter().flat_map(|delta| &delta.steps);
    steps.map(|step| &*step.label).collect()
}

fn is_incremental(plan: &Plan, table: &str) -> bool {
    let touched = ["touched keys", "touched rows", "what went"];
    let labels = labels(plan);
    touched
        .iter()
        .any(|step| labels.contains(&format!("{table}: {step}").as_str()))
}

#[track_caller]
fn refused(warehouse: Warehouse, why: &str) {
    let error = warehouse.render().unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn what_was_is_asked_before_anything_is_written() {
    let plan = star().aggregate(daily()).render().unwrap();
    let labels = labels(&plan);
    let writes = ["update", "insert", "delete"];
    let is_write = |label: &&str| writes.iter().any(|verb| label.ends_with(verb));
    let first = labels.iter().position(is_write).unwrap();
    let before: Vec<&str> = labels[..first].to_vec();
    for step in [
        "silver.sales: changed rows",
        "dim_customer: touched keys",
        "dim_date: differences",
        "fct_sales: rows as they were",
        "agg_daily: what went",
    ] {
        assert!(before.contains(&step), "{step}: {before:?}");
    }
    let written: Vec<&str> = labels.iter().copied().filter(is_write).collect();
    let full: Vec<&str> = plan.steps.iter().map(|step| &*step.label).collect();
    let full: Vec<&str> = full.into_iter().filter(|label| is_write(label)).collect();
    assert_eq!(written, full, "in the order of a full refresh");
    assert!(
        !labels.iter().any(|label| label.ends_with("guards")),
        "no DDL"
    );
    assert_eq!(labels.last(), Some(&"constraints"));
}

#[test]
fn each_check_has_a_touched_one_in_its_place() {
    let plan = star().aggregate(daily()).render().unwrap();
    let full: Vec<&str> = plan.checks.iter().map(|check| &*check.id).collect();
    let touched = plan.delta.unwrap().checks;
    let touched: Vec<&str> = touched.iter().map(|check| &*check.id).collect();
    assert_eq!(touched, full);
}

#[test]
fn a_dimension_needs_to_know_which_keys_its_rows_had() {
    let alone = || Dimension::new("dim_country", SALES).key("country_id", Type::Text, "country");
    let with = |dimension: Dimension| star().dimension(dimension);
    let plan = with(alone()).render().unwrap();
    assert!(is_incremental(&plan, "dim_customer") && is_incremental(&plan, "dim_product"));
    assert!(!is_incremental(&plan, "dim_country"), "nobody remembers");
    refused(
        with(alone().renewed(Renewal::Incremental)),
        "nothing remembers which keys changed rows of silver.sales had",
    );
    let plan = with(alone().keyed_by_grain()).render().unwrap();
    assert!(is_incremental(&plan, "dim_country"));
    let check = plan
        .install
        .iter()
        .find(|step| step.label == "dim_country: grain");
    assert!(check.unwrap().sql.contains("ARRAY['country']"));
    let by_half = Dimension::new("d", SALES).key("k", Type::Text, "left(country, 1)");
    refused(with(by_half.keyed_by_grain()), "is no column");
    // a fact remembers keys only if it finds them by the same expression, and spans by the same instant
    let other = Reference::to("dim_customer").by("upper(customer_id)");
    let fact = |reference: Reference, at: &str| {
        let fact = Fact::new("fct_sales", SALES).at(at).dimension(reference);
        let warehouse = Warehouse::new("gold").dimension(customer());
        warehouse.fact(fact).render().unwrap()
    };
    assert!(!is_incremental(&fact(other, "sold_on"), "dim_customer"));
    let same = || Reference::to("dim_customer").by(" customer_id ");
    assert!(!is_incremental(&fact(same(), "paid_on"), "dim_customer"));
    assert!(is_incremental(&fact(same(), "sold_on"), "dim_customer"));
}

#[test]
fn what_hangs_on_more_than_the_rows_is_renewed_in_full() {
    let rated = |renewal: Option<Renewal>| {
        let sales = sales().attribute("age", Type::Int4, "current_date - sold_on");
        let sales = match renewal {
            Some(renewal) => sales.renewed(renewal),
            None => sales,
        };
        let warehouse = Warehouse::new("gold")
            .dimension(customer())
            .dimension(product())
            .dimension(Dimension::date("dim_date", SALES, "sold_on"));
        warehouse.fact(sales)
    };
    let plan = rated(None).aggregate(daily()).render().unwrap();
    assert!(!is_incremental(&plan, "fct_sales") && !is_incremental(&plan, "agg_daily"));
    assert!(
        is_incremental(&plan, "dim_customer"),
        "the fact remembers all the same"
    );
    refused(
        rated(Some(Renewal::Incremental)),
        "changes by itself (current_date)",
    );
    refused(
        rated(None).aggregate(daily().renewed(Renewal::Incremental)),
        "fct_sales is refreshed in full",
    );
    let ranked = Aggregate::new("agg_ranked", "fct_sales")
        .group("day", Type::Date, "date.day")
        .measure("rank", Type::Int8, "(SELECT count(*) FROM gold.dim_date)");
    let plan = star().aggregate(ranked).render().unwrap();
    assert!(!is_incremental(&plan, "agg_ranked"));
}

#[test]
fn where_all_is_renewed_in_full_there_is_no_delta() {
    let plan = Warehouse::new("gold")
        .dimension(customer().renewed(Renewal::Full))
        .render()
        .unwrap();
    assert_eq!(plan.delta, None);
}

#[test]
fn sums_are_added_to_where_a_count_tells_which_groups_are_empty() {
    let step = |aggregate: Aggregate| {
        let plan = star().aggregate(aggregate).render().unwrap();
        let steps = plan.delta.unwrap().steps;
        let step = steps
            .iter()
            .find(|step| step.label == "agg_daily: differences");
        step.unwrap().sql.clone()
    };
    let adds = |sql: &str| sql.contains("FROM expected");
    assert!(adds(&step(daily())));
    let sums = Aggregate::new("agg_daily", "fct_sales")
        .group("day", Type::Date, "date.day")
        .sum("amount", "amount");
    assert!(!adds(&step(sums)), "nothing tells that a group is empty");
    let distinct = daily().measure(
        "customers",
        Type::Int8,
        "count(DISTINCT customer.customer_id)",
    );
    let again = step(distinct);
    assert!(!adds(&again));
    assert!(
        again.contains(r#"fact."date_key" IN (SELECT member."date_key" FROM "gold"."dim_date""#),
        "{again}"
    );
}
