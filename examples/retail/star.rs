//! The star over `silver.sales`.
//!
//! E-mail addresses are personal and are not in it.

use metalayer::core::{Dataset, Plan, Result, Type};
use metalayer::gold::{Aggregate, Dimension, Fact, Reference, View, Warehouse};

const SALES: Dataset = Dataset::of("silver", "sales");

/// The plan of the star.
pub fn star() -> Result<Plan> {
    Warehouse::new("gold")
        .dimension(customer())
        .dimension(product())
        .dimension(Dimension::date("dim_date", SALES, "invoice_date"))
        .fact(sales())
        .aggregate(daily_sales_by_country())
        .view(View::new(
            "v_executive_summary",
            include_str!("../../sql/retail/v_executive_summary.sql"),
        ))
        .view(View::new(
            "v_top_customers",
            include_str!("../../sql/retail/v_top_customers.sql"),
        ))
        .render()
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

fn sales() -> Fact {
    Fact::new("fct_sales", SALES)
        .at("invoice_date")
        .dimension(Reference::to("dim_customer").by("customer_id"))
        .dimension(Reference::to("dim_product").by("stock_code"))
        .dimension(Reference::to("dim_date").by("invoice_date"))
        .degenerate("invoice_no", Type::Text, "invoice_no")
        .degenerate("sold_at", Type::Timestamp, "invoice_date")
        .degenerate("unit_price", Type::Numeric, "unit_price")
        .measure("quantity", Type::Int8, "quantity")
        .measure("amount", Type::Numeric, "quantity * unit_price")
}

fn daily_sales_by_country() -> Aggregate {
    Aggregate::new("agg_daily_sales_by_country", "fct_sales")
        .group("day", Type::Date, "date.day")
        .group("country", Type::Text, "customer.country")
        .count("lines")
        .sum("quantity", "quantity")
        .sum("amount", "amount")
        .measure("invoices", Type::Int8, "count(DISTINCT fact.invoice_no)")
        .measure(
            "customers",
            Type::Int8,
            "count(DISTINCT customer.customer_id)",
        )
}
