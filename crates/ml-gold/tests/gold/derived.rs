//! What is made of facts and in full: accumulating facts, snapshots and segments.

use ml_core::{Action, Type};
use ml_gold::{
    Accumulating, Aggregate, Bands, Cohort, Pareto, Period, Reference, Rfm, Segment, Snapshot,
    StateSnapshot, View,
};
use rust_decimal::dec;

use crate::models::{refused, step};
use crate::star::{SALES, star};

fn orders() -> Accumulating {
    Accumulating::new("fct_orders", SALES)
        .process("order_id", Type::Text, "order_id")
        .milestone("sold", "dim_date", "min(sold_on)")
        .milestone("paid", "dim_date", "max(paid_on)")
}

#[test]
fn accumulating_facts_are_checked() {
    let plan = star().accumulating(orders()).render().unwrap();
    let table = step(&plan, "fct_orders: table");
    assert!(
        table.starts_with("-- Grain: one row per order_id.\n"),
        "{table}"
    );
    assert!(
        table.contains(r#""paid_at" timestamp without time zone,"#),
        "{table}"
    );
    let bare = Accumulating::new("fct_orders", SALES).process("order_id", Type::Text, "order_id");
    for (fact, why) in [
        (
            bare.clone(),
            "fct_orders has no milestone: declare one, or make it a Fact",
        ),
        (
            bare.milestone("sold", "dim_product", "min(x)"),
            "fct_orders has milestones in dim_product, which is no date dimension",
        ),
        (
            orders().lag("sold", "sent"),
            "fct_orders has a lag of \"sent\", which is none of its milestones sold, paid",
        ),
        (
            orders().measure("kg", Type::Float8, "sum(kg)"),
            "fct_orders: measure \"kg\" is double precision, which does not add up exactly: make it numeric",
        ),
        (
            orders().dimension(Reference::to("dim_customer").by("max(customer_id)")),
            "fct_orders refers to dim_customer, which has a history: it needs the instant it is looked up at",
        ),
        (
            orders().dimension(Reference::to("dim_product").by("max(x)").inferred()),
            "fct_orders infers members from aggregates over its rows: let a Fact over silver.sales do that",
        ),
    ] {
        refused(star().accumulating(fact), why);
    }
    let lagged = Aggregate::new("agg", "fct_orders")
        .group("day", Type::Date, "sold_date.day")
        .sum("days", "days_sold_to_paid");
    refused(
        star()
            .accumulating(orders().lag("sold", "paid"))
            .aggregate(lagged),
        "agg sums \"days_sold_to_paid\" of fct_orders, which is declared as not additive: say with measure() what it is \
         instead, such as an average, or a sum divided by another",
    );
}

fn months() -> Snapshot {
    Snapshot::new("fct_months", "fct_sales", Period::Month, "date.day")
}

#[test]
fn snapshots_are_checked() {
    let kept = months().member("product").balance("sum", "amount");
    let plan = star().snapshot(kept.clone()).render().unwrap();
    assert!(step(&plan, "fct_months: guards").contains(
        r#"ADD FOREIGN KEY ("product_key") REFERENCES "gold"."dim_product" ("product_key")"#
    ));
    for (snapshot, why) in [
        (
            months(),
            "fct_months needs an entity: say with entity() or member() what has a row in each period",
        ),
        (
            months().member("shop"),
            "fct_months is per \"shop\", but fct_sales has the roles customer, product, date",
        ),
        (
            kept.clone().flow("x", "y"),
            "fct_months sums \"y\", which is no measure of fct_sales",
        ),
        (
            Snapshot::new("s", "fct_none", Period::Week, "date.day"),
            "s is over \"fct_none\", which is no fact of the warehouse",
        ),
    ] {
        refused(star().snapshot(snapshot), why);
    }
    let years = Aggregate::new("agg", "fct_months")
        .group("product", Type::Text, "product.product_id")
        .sum("sum", "sum");
    refused(
        star().snapshot(kept).aggregate(years),
        "agg sums \"sum\" of fct_months, which does not add up across \"period\": group by fact.period, or say with \
         measure() what it is across them, such as an average",
    );
}

#[test]
fn states_are_of_something_and_do_not_add_up_over_time() {
    let stock = || StateSnapshot::new("fct_stock", SALES, Period::Week, "counted_at");
    refused(
        star().state_snapshot(stock()),
        "fct_stock needs an entity: say with entity() what a state is of",
    );
    let of_products = stock()
        .entity("product_id", Type::Text, "stock_code")
        .state("on_hand", Type::Int8, "on_hand");
    let by_product = Aggregate::new("agg", "fct_stock")
        .group("product", Type::Text, "fact.product_id")
        .sum("on_hand", "on_hand");
    refused(
        star().state_snapshot(of_products).aggregate(by_product),
        "agg sums \"on_hand\" of fct_stock, which does not add up across \"period\": group by fact.period, or say with \
         measure() what it is across them, such as an average",
    );
}

#[test]
fn segments_are_checked() {
    let segment = |of: Segment| star().segment(of.entity("id", Type::Text, "customer.customer_id"));
    let named = || Segment::new("seg", "fct_sales");
    segment(named().by(Cohort::of(Period::Week, "date.day")))
        .render()
        .unwrap();
    refused(
        segment(named()),
        "seg has nothing that tells its entities apart: say by() what does",
    );
    refused(
        segment(Segment::new("seg", "fct").by(Rfm::of("a", "b", "c"))),
        "seg is over \"fct\", which is no fact of the warehouse",
    );
    refused(
        segment(named().by(Rfm::of("a", "b", "c").quantiles(1))),
        "seg has 1 quantiles: it takes at least 2 to tell entities apart",
    );
    refused(
        segment(
            named().by(Pareto::of("v", "x")
                .class("A", dec!(0.9))
                .class("B", dec!(0.8))),
        ),
        "seg has classes up to the shares [0.9, 0.8]: give at least one, from above 0 to 1, each greater than the one before",
    );
    refused(
        segment(named().by(Pareto::of("v", "x").class("A", dec!(1.1)))),
        "seg has classes up to the shares [1.1]: give at least one, from above 0 to 1, each greater than the one before",
    );
    refused(
        segment(named().by(Bands::of("v", "x"))),
        "seg has bands below []: give at least one bound, each greater than the one before",
    );
    refused(
        star().segment(named().by(Rfm::of("a", "b", "c"))),
        "seg needs a key",
    );
    refused(
        segment(named().by(Rfm::of("a", "b", "c")))
            .view(View::new("segment_definition", "SELECT 1")),
        "gold has two parts \"segment_definition\"",
    );
}

#[test]
fn what_is_derived_is_refreshed_between_its_facts_and_its_aggregates() {
    let plan = star()
        .aggregate(
            Aggregate::new("agg", "fct_months")
                .group("period", Type::Date, "fact.period")
                .sum("sum", "sum"),
        )
        .segment(
            Segment::new("seg", "fct_sales")
                .entity("id", Type::Text, "customer.customer_id")
                .by(Cohort::of(Period::Year, "date.day")),
        )
        .snapshot(months().member("product").balance("sum", "amount"))
        .accumulating(orders())
        .render()
        .unwrap();
    let inserts = plan.steps.iter().filter(|s| s.label.ends_with(": insert"));
    let inserts: Vec<&str> = inserts
        .map(|s| s.label.trim_end_matches(": insert"))
        .collect();
    assert_eq!(
        inserts,
        [
            "dim_customer",
            "dim_product",
            "dim_date",
            "fct_sales",
            "fct_orders",
            "fct_months",
            "seg",
            "segment_definition",
            "agg"
        ]
    );
    let reconciled = plan.checks.iter().filter(|c| c.action == Action::Abort);
    let reconciled: Vec<&str> = reconciled
        .map(|check| &*check.id)
        .filter(|id| id.ends_with("reconciles"))
        .collect();
    assert_eq!(
        reconciled,
        [
            "fct_sales.reconciles",
            "fct_orders.reconciles",
            "fct_months.reconciles",
            "agg.reconciles"
        ]
    );
}
