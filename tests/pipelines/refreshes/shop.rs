//! A small shop of every kind of model.

use metalayer::core::{Dataset, Plan, Type};
use metalayer::gold::{Aggregate, Dimension, Fact, Index, Reference, Renewal, View, Warehouse};
use metalayer::pg::Refreshed;
use metalayer::prelude::*;

pub(super) use super::silver::{create, load};
use crate::support::Fresh;

const SALES: Dataset = Dataset::of("silver", "sales");
const REGIONS: Dataset = Dataset::of("silver", "regions");
const TIERS: Dataset = Dataset::of("silver", "tiers");
const PLANS: Dataset = Dataset::of("silver", "plans");

fn dimensions() -> Vec<Dimension> {
    vec![
        Dimension::new("dim_customer", SALES)
            .key("customer_id", Type::Text, "customer")
            .required("country", Type::Text, "coalesce(country, 'none')")
            .attribute("last_product", Type::Text, "product")
            .type2("sold_at", ["country"]),
        Dimension::new("dim_product", SALES)
            .key("product_id", Type::Text, "product")
            .attribute("price", Type::Numeric, "price")
            .latest(Type::Bool, "quantity > 0")
            .latest(Type::Timestamp, "sold_at"),
        Dimension::date("dim_date", SALES, "sold_at"),
        Dimension::new("dim_region", REGIONS)
            .key("country_id", Type::Text, "country")
            .required("region", Type::Text, "coalesce(region, 'none')")
            .keyed_by_grain(),
        Dimension::new("dim_tier", TIERS)
            .key("customer_id", Type::Text, "customer")
            .required("tier", Type::Text, "tier")
            .attribute("owner", Type::Text, "owner")
            .type2("since", ["tier"])
            .keyed_by_grain(),
        // nothing remembers the keys of its rows, so it is renewed in full
        Dimension::new("dim_plan", PLANS)
            .key("customer_id", Type::Text, "customer")
            .required("plan", Type::Text, "plan")
            .type2("since", ["plan"]),
    ]
}

fn fact(name: &str) -> Fact {
    Fact::new(name, SALES)
        .at("sold_at")
        .dimension(Reference::to("dim_customer").by("customer"))
        .dimension(Reference::to("dim_product").by("product").checked())
        .dimension(Reference::to("dim_date").by("sold_at"))
        .dimension(
            Reference::to("dim_date")
                .by("due_on")
                .column("due_key")
                .optional(),
        )
        .dimension(Reference::to("dim_region").by("country"))
        .dimension(
            Reference::to("dim_tier")
                .by("customer")
                .optional()
                .checked(),
        )
        .dimension(Reference::to("dim_plan").by("customer").optional())
        .attribute("sold_at", Type::Timestamp, "sold_at")
        .measure("quantity", Type::Int8, "quantity")
        .measure("amount", Type::Numeric, "quantity * price")
        .index(Index::brin(["sold_at"]))
        .index(Index::btree(["due_key", "date_key"]))
}

fn aggregates() -> Vec<Aggregate> {
    vec![
        Aggregate::new("agg_daily", "fct_sales")
            .group("day", Type::Date, "date.day")
            .group("country", Type::Text, "customer.country")
            .group("region", Type::Text, "region.region")
            .count("lines")
            .sum("quantity", "quantity")
            .sum("amount", "amount"),
        Aggregate::new("agg_customer", "fct_sales")
            .group("customer_id", Type::Text, "customer.customer_id")
            .count("lines")
            .sum("amount", "amount")
            .measure("products", Type::Int8, "count(DISTINCT product.product_id)")
            .measure("dearest", Type::Numeric, "max(product.price)")
            .measure("first_at", Type::Timestamp, "min(fact.sold_at)")
            .measure("last_product", Type::Text, "max(customer.last_product)"),
        Aggregate::new("agg_tier", "fct_sales")
            .group("tier", Type::Text, "tier.tier || coalesce(tier.owner, '')")
            .group("is_current", Type::Bool, "customer.is_current")
            .group("plan", Type::Text, "plan")
            .sum("quantity", "quantity"),
        Aggregate::new("agg_month", "fct_sales")
            .group("month", Type::Int4, "date.month")
            .count("lines")
            .renewed(Renewal::Full),
        Aggregate::new("agg_whole", "fct_whole")
            .group("day", Type::Date, "due.day")
            .count("lines"),
    ]
}

/// The plan of the shop in a schema of this name.
pub(super) fn plan(schema: &str) -> Plan {
    planned(schema, |fact, _| fact)
}

/// The same with facts that are partitioned by the months of two of their days.
pub(super) fn monthly_plan(schema: &str) -> Plan {
    planned(schema, Fact::partitioned_by_month)
}

fn planned(schema: &str, kept: fn(Fact, &'static str) -> Fact) -> Plan {
    let mut warehouse = Warehouse::new(schema);
    for dimension in dimensions() {
        warehouse = warehouse.dimension(dimension);
    }
    warehouse = warehouse
        .fact(kept(fact("fct_sales"), "date_key"))
        .fact(kept(fact("fct_whole"), "due_key").renewed(Renewal::Full));
    for aggregate in aggregates() {
        warehouse = warehouse.aggregate(aggregate);
    }
    warehouse.view(totals(schema)).render().unwrap()
}

/// The same of one entity and one day, which has fewer steps.
pub(super) fn small_plan(schema: &str) -> Plan {
    let sales = Fact::new("fct_sales", SALES)
        .at("sold_at")
        .dimension(Reference::to("dim_customer").by("customer").checked())
        .dimension(Reference::to("dim_date").by("sold_at"))
        .measure("amount", Type::Numeric, "quantity * price");
    let daily = Aggregate::new("agg_daily", "fct_sales")
        .group("day", Type::Date, "date.day")
        .count("lines")
        .sum("amount", "amount");
    let warehouse = Warehouse::new(schema)
        .dimension(dimensions().remove(0))
        .dimension(Dimension::date("dim_date", SALES, "sold_at"))
        .fact(sales)
        .aggregate(daily);
    warehouse.view(totals(schema)).render().unwrap()
}

/// Facts and aggregate beside each other: where they differ, one of them is of another age.
fn totals(schema: &str) -> View {
    let select = "SELECT (SELECT count(*) FROM {}.fct_sales) AS facts, \
        (SELECT coalesce(sum(lines), 0) FROM {}.agg_daily) AS lines, \
        (SELECT coalesce(sum(amount), 0) FROM {}.fct_sales) AS amount, \
        (SELECT coalesce(sum(amount), 0) FROM {}.agg_daily) AS daily_amount, \
        (SELECT count(*) FROM {}.fct_sales LEFT JOIN {}.dim_customer USING (customer_key) WHERE customer_id IS NULL) AS orphans";
    View::new("v_totals", select.replace("{}", schema))
}

pub(super) fn refresh(fresh: &Fresh, schema: &str) -> Refresh {
    Refresh::new(&fresh.database, plan(schema)).unwrap()
}

pub(super) async fn run(refresh: &Refresh) -> Refreshed {
    let refreshed = refresh.run(&Flow::new(Gate::off())).await.unwrap();
    assert!(
        !matches!(refreshed.outcome, Outcome::Refused(_)),
        "{refreshed:?}"
    );
    refreshed
}

/// Rows that one of two schemas has and the other has not, by everything but the surrogate keys.
pub(super) async fn between(fresh: &Fresh, one: &str, other: &str) -> String {
    let mut differing = Vec::new();
    for (table, query) in CONTENT {
        let (one, other) = (query.replace("{}", one), query.replace("{}", other));
        let count = format!(
            "SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})) AS differing"
        );
        let count = fresh.one(&count).await;
        if count != "0" {
            differing.push(format!("{table}: {count}"));
        }
    }
    differing.join(", ")
}

const CONTENT: [(&str, &str); 13] = [
    (
        "dim_customer",
        "SELECT customer_id, valid_from, valid_to, is_current, country, last_product FROM {}.dim_customer",
    ),
    (
        "dim_product",
        "SELECT product_id, price FROM {}.dim_product",
    ),
    ("dim_date", "SELECT * FROM {}.dim_date"),
    ("dim_region", "SELECT country_id, region FROM {}.dim_region"),
    (
        "dim_tier",
        "SELECT customer_id, valid_from, valid_to, tier, owner FROM {}.dim_tier",
    ),
    (
        "dim_plan",
        "SELECT customer_id, valid_from, valid_to, plan FROM {}.dim_plan",
    ),
    (
        "fct_sales",
        "SELECT _row_id, c.customer_id, c.valid_from, product_id, date_key, due_key, country_id, t.customer_id, t.valid_from, \
         l.customer_id, l.valid_from, sold_at, quantity, amount FROM {}.fct_sales JOIN {}.dim_customer AS c USING (customer_key) \
         JOIN {}.dim_product USING (product_key) JOIN {}.dim_region USING (region_key) JOIN {}.dim_tier AS t USING (tier_key) \
         JOIN {}.dim_plan AS l USING (plan_key)",
    ),
    (
        "fct_whole",
        "SELECT _row_id, c.customer_id, c.valid_from, product_id, date_key, due_key, sold_at, quantity, amount \
         FROM {}.fct_whole JOIN {}.dim_customer AS c USING (customer_key) JOIN {}.dim_product USING (product_key)",
    ),
    ("agg_daily", "SELECT * FROM {}.agg_daily"),
    ("agg_customer", "SELECT * FROM {}.agg_customer"),
    ("agg_tier", "SELECT * FROM {}.agg_tier"),
    ("agg_month", "SELECT * FROM {}.agg_month"),
    ("agg_whole", "SELECT * FROM {}.agg_whole"),
];
