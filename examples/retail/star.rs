//! The star over `silver.sales`: the reference warehouse.
//!
//! E-mail addresses are personal and are not in it.

use metalayer::core::{Audit, Dataset, Plan, Result, Type};
use metalayer::gold::{
    Aggregate, Bands, Cohort, Dimension, Fact, Pareto, Period, Reference, Rfm, Segment, Snapshot,
    View, Warehouse,
};
use rust_decimal::dec;

const SALES: Dataset = Dataset::of("silver", "sales");

/// A view of the folder of this example, and what it reads.
macro_rules! view {
    ($name:literal, $($read:literal),+) => {
        View::new($name, include_str!(concat!("../../sql/retail/", $name, ".sql"))).reads([$($read),+])
    };
}

/// The plan of the star.
pub fn star() -> Result<Plan> {
    let star = aggregates(segments(facts(Warehouse::new("gold"))));
    let mut plan = views(star).render()?;
    plan.checks.extend(checks());
    Ok(plan)
}

fn facts(star: Warehouse) -> Warehouse {
    star.dimension(customer())
        .dimension(product())
        .dimension(region())
        .dimension(Dimension::date("dim_date", SALES, "invoice_date"))
        .fact(sales())
        .snapshot(customer_months())
}

/// Country and region go through time together: with the region of today beside the country of then, a sale from
/// before a move would lie in a country outside its region.
fn customer() -> Dimension {
    Dimension::new("dim_customer", SALES)
        .key("customer_id", Type::Text, "customer_id")
        .required("country", Type::Text, "country")
        .attribute("region", Type::Text, "region")
        .type2("invoice_date", ["country", "region"])
}

/// The latest description there is; a later sale without one does not take it away.
fn product() -> Dimension {
    Dimension::new("dim_product", SALES)
        .key("product_id", Type::Text, "stock_code")
        .attribute("description", Type::Text, "description")
        .latest(Type::Bool, "description IS NOT NULL")
        .latest(Type::Timestamp, "invoice_date")
}

fn region() -> Dimension {
    Dimension::new("dim_region", SALES).key("region_id", Type::Text, "region")
}

fn sales() -> Fact {
    Fact::new("fct_sales", SALES)
        .at("invoice_date")
        .dimension(Reference::to("dim_customer").by("customer_id"))
        .dimension(Reference::to("dim_product").by("stock_code"))
        // Not every shop has regions.
        .dimension(Reference::to("dim_region").by("region").optional())
        .dimension(Reference::to("dim_date").by("invoice_date"))
        .degenerate("invoice_no", Type::Text, "invoice_no")
        .degenerate("sold_at", Type::Timestamp, "invoice_date")
        .degenerate("unit_price", Type::Numeric, "unit_price")
        .measure("quantity", Type::Int8, "quantity")
        .measure("amount", Type::Numeric, "quantity * unit_price")
}

/// What each customer bought in each month, and until its end.
fn customer_months() -> Snapshot {
    Snapshot::new(
        "fct_customer_months",
        "fct_sales",
        Period::Month,
        "date.day",
    )
    .entity("customer_id", Type::Text, "customer.customer_id")
    .count("lines")
    .flow("amount", "amount")
    .balance("amount_to_date", "amount")
}

fn segments(star: Warehouse) -> Warehouse {
    let customers = |name: &str| {
        Segment::new(name, "fct_sales")
            .entity("customer_id", Type::Text, "customer.customer_id")
            .only("customer.customer_key <> -1")
    };
    let products = Segment::new("seg_product_abc", "fct_sales")
        .entity("product_id", Type::Text, "product.product_id")
        .only("product.product_key <> -1");
    let rfm = Rfm::of(
        "date.day",
        "count(DISTINCT fact.invoice_no)",
        "sum(fact.amount)",
    )
    .class("champions", "r >= 4 AND f >= 4 AND m >= 4")
    .class("loyal", "f >= 4")
    .class("big spenders", "m >= 4")
    .class("recent", "r >= 4")
    .class("at risk", "r <= 2 AND (f >= 3 OR m >= 3)")
    .class("lost", "r = 1")
    .otherwise("others");
    let value = Bands::of("revenue", "sum(fact.amount)")
        .below("below 500", dec!(500))
        .below("below 2000", dec!(2000))
        .below("below 10000", dec!(10000))
        .otherwise("10000 and more");
    let abc = Pareto::of("revenue", "sum(fact.amount)")
        .class("A", dec!(0.8))
        .class("B", dec!(0.95))
        .otherwise("C");
    star.segment(customers("seg_customer_rfm").by(rfm))
        .segment(customers("seg_customer_cohort").by(Cohort::of(Period::Month, "date.day")))
        .segment(customers("seg_customer_value").by(value))
        .segment(products.by(abc))
}

fn aggregates(star: Warehouse) -> Warehouse {
    const INVOICES: &str = "count(DISTINCT fact.invoice_no)";
    const CUSTOMERS: &str = "count(DISTINCT customer.customer_id)";
    let sums = |name: &str| {
        Aggregate::new(name, "fct_sales")
            .count("lines")
            .sum("quantity", "quantity")
            .sum("amount", "amount")
            .measure("invoices", Type::Int8, INVOICES)
    };
    let day = sums("agg_daily_sales_by_country")
        .group("day", Type::Date, "date.day")
        .group("country", Type::Text, "customer.country")
        .measure("customers", Type::Int8, CUSTOMERS);
    let month = sums("agg_monthly_sales")
        .group(
            "month",
            Type::Date,
            "date_trunc('month', date.day::timestamp)",
        )
        .measure("customers", Type::Int8, CUSTOMERS);
    let region = sums("agg_sales_by_region")
        .group("region", Type::Text, "region.region_id")
        .group("country", Type::Text, "customer.country")
        .measure("customers", Type::Int8, CUSTOMERS);
    let product = sums("agg_sales_by_product")
        .group("product_id", Type::Text, "product.product_id")
        .measure("customers", Type::Int8, CUSTOMERS)
        .measure("first_day", Type::Date, "min(date.day)")
        .measure("last_day", Type::Date, "max(date.day)");
    let customer = sums("agg_sales_by_customer")
        .group("customer_id", Type::Text, "customer.customer_id")
        .measure("first_day", Type::Date, "min(date.day)")
        .measure("last_day", Type::Date, "max(date.day)");
    star.aggregate(day)
        .aggregate(month)
        .aggregate(region)
        .aggregate(product)
        .aggregate(customer)
}

fn views(star: Warehouse) -> Warehouse {
    star.view(view!(
        "v_executive_summary",
        "fct_sales",
        "agg_daily_sales_by_country",
        "dim_customer",
        "dim_product"
    ))
    .view(view!("v_monthly_sales", "agg_monthly_sales"))
    .view(view!("v_regional_analysis", "agg_sales_by_region"))
    .view(view!(
        "v_product_performance",
        "agg_sales_by_product",
        "dim_product",
        "seg_product_abc"
    ))
    .view(view!(
        "v_customer_lifetime_value",
        "agg_sales_by_customer",
        "dim_customer",
        "seg_customer_cohort",
        "seg_customer_rfm",
        "seg_customer_value"
    ))
    .view(view!(
        "v_cohort_retention",
        "seg_customer_cohort",
        "fct_customer_months"
    ))
    .view(view!("v_rfm_segments", "seg_customer_rfm"))
    .view(view!(
        "v_top_customers",
        "agg_sales_by_customer",
        "dim_customer"
    ))
}

/// What the business checks, on top of what the models do: the refresh is refused when one finds a row.
fn checks() -> [Audit; 3] {
    [
        Audit::new(
            "retail.month_totals",
            include_str!("../../sql/retail/check_month_totals.sql"),
        ),
        Audit::new(
            "retail.region_totals",
            include_str!("../../sql/retail/check_region_totals.sql"),
        ),
        Audit::new(
            "retail.no_orphan_facts",
            include_str!("../../sql/retail/check_orphan_facts.sql"),
        ),
    ]
}
