use ml_core::{Dataset, Type};
use ml_gold::{Aggregate, Dimension, Fact, Reference, Warehouse};

pub(crate) const SALES: Dataset = Dataset::of("silver", "sales");

pub(crate) fn customer() -> Dimension {
    Dimension::new("dim_customer", SALES)
        .key("customer_id", Type::Text, "customer_id")
        .required("country", Type::Text, "country")
        .attribute("name", Type::Text, "initcap(name)")
        .type2("sold_on", ["country"])
}

pub(crate) fn product() -> Dimension {
    Dimension::new("dim_product", SALES)
        .key("product_id", Type::Text, "stock_code")
        .attribute("description", Type::Text, "description")
        .latest(Type::Bool, "description IS NOT NULL")
        .latest(Type::Date, "sold_on")
}

pub(crate) fn sales() -> Fact {
    Fact::new("fct_sales", SALES)
        .at("sold_on")
        .dimension(Reference::to("dim_customer").by("customer_id"))
        .dimension(Reference::to("dim_product").by("stock_code"))
        .dimension(Reference::to("dim_date").by("sold_on"))
        .measure("amount", Type::Numeric, "quantity * unit_price")
}

pub(crate) fn star() -> Warehouse {
    Warehouse::new("gold")
        .dimension(customer())
        .dimension(product())
        .dimension(Dimension::date("dim_date", SALES, "sold_on"))
        .fact(sales())
}

pub(crate) fn daily() -> Aggregate {
    Aggregate::new("agg_daily", "fct_sales")
        .group("day", Type::Date, "date.day")
        .count("lines")
        .sum("amount", "amount")
}
