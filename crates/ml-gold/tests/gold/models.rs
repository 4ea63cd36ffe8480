//! What the kinds of models render, and which of them are refused.

use ml_core::{Error, Kind, Plan, Type};
use ml_gold::{Additivity, Aggregate, Dimension, Fact, Reference, View, Warehouse};

use crate::star::{SALES, customer, product, sales, star};

#[track_caller]
pub(crate) fn refused(warehouse: Warehouse, why: &str) {
    let error: Error = warehouse.render().unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert_eq!(error.to_string(), why);
}

pub(crate) fn step<'a>(plan: &'a Plan, label: &str) -> &'a str {
    let all = plan.install.iter().chain(&plan.steps);
    &all.into_iter()
        .find(|step| step.label == label)
        .unwrap()
        .sql
}

#[test]
fn a_sum_is_refused_over_what_it_does_not_add_up_over() {
    let stock = |expr: &str| {
        let fact = sales()
            .measured("stock", Type::Numeric, "stock", Additivity::across("date"))
            .measured("price", Type::Numeric, "price", Additivity::NonAdditive)
            .measured("weight", Type::Float8, "weight", Additivity::across("date"));
        Warehouse::new("gold")
            .dimension(customer())
            .dimension(product())
            .dimension(Dimension::date("dim_date", SALES, "sold_on"))
            .fact(fact)
            .aggregate(
                Aggregate::new("agg", "fct_sales")
                    .group("day", Type::Date, expr)
                    .sum("stock", "stock"),
            )
    };
    for held in ["date.day", "\"date\" . \"date_key\"", "fact.date_key"] {
        stock(held).render().unwrap();
    }
    refused(
        stock("date.year"),
        "agg sums \"stock\" of fct_sales, which does not add up across \"date\": group by date.day, or say with measure() \
         what it is across them, such as an average",
    );
    let sum = |measure: &str| {
        stock("date.day").aggregate(
            Aggregate::new("other", "fct_sales")
                .group("day", Type::Date, "date.day")
                .sum("it", measure),
        )
    };
    refused(
        sum("price"),
        "other sums \"price\" of fct_sales, which is declared as not additive: say with measure() what it is instead, \
         such as an average, or a sum divided by another",
    );
    refused(
        sum("weight"),
        "other sums \"weight\" of fct_sales, which is double precision and does not add up exactly: make it numeric",
    );
    // One customer has many keys over time, so the natural key holds nothing still.
    let balance = sales().measured("due", Type::Int8, "due", Additivity::across("customer"));
    let of = |expr: &str| {
        Warehouse::new("gold")
            .dimension(customer())
            .dimension(product())
            .dimension(Dimension::date("dim_date", SALES, "sold_on"))
            .fact(balance.clone())
            .aggregate(
                Aggregate::new("agg", "fct_sales")
                    .group("who", Type::Text, expr)
                    .sum("due", "due"),
            )
    };
    of("customer.customer_key").render().unwrap();
    refused(
        of("customer.customer_id"),
        "agg sums \"due\" of fct_sales, which does not add up across \"customer\": group by fact.customer_key, or say with \
         measure() what it is across them, such as an average",
    );
}

#[test]
fn a_junk_dimension_is_its_attributes() {
    let flags = Dimension::junk("dim_flags", SALES)
        .attribute("gift", Type::Bool, "gift")
        .attribute("rate", Type::Numeric, "rate");
    let found = |reference: Reference| {
        Warehouse::new("gold")
            .dimension(flags.clone())
            .fact(Fact::new("f", SALES).dimension(reference))
    };
    let plan = found(Reference::to("dim_flags")).render().unwrap();
    let digest = "md5(ROW((gift)::boolean, trim_scale((rate)::numeric))::text)";
    assert!(step(&plan, "f: differences").contains(digest));
    assert!(step(&plan, "dim_flags: differences").contains(digest));
    refused(
        found(Reference::to("dim_flags").by("gift")),
        "f finds dim_flags by 1 values, but 2 attributes make its key: give one for each, in their order; none only where \
         each row of the fact is a row of silver.sales",
    );
    let why =
        "\"d\" is a junk dimension: it needs attributes and nothing else, since they are its key";
    refused(
        Warehouse::new("gold").dimension(Dimension::junk("d", SALES)),
        why,
    );
    let keyed = Dimension::junk("d", SALES).attribute("a", Type::Text, "a");
    refused(
        Warehouse::new("gold").dimension(keyed.key("id", Type::Int8, "id")),
        why,
    );
    refused(
        found(Reference::to("dim_flags").inferred()),
        "f infers members of dim_flags, which are days or combinations: take inferred() away",
    );
    refused(
        Warehouse::new("gold").dimension(product().days(SALES, "x")),
        "\"dim_product\" takes days() of silver.sales, but only a date dimension has days",
    );
}

#[test]
fn an_inferred_member_is_one_more_row_of_the_dimension() {
    let plan = star()
        .fact(
            Fact::new("f", SALES)
                .at("sold_on")
                .dimension(Reference::to("dim_customer").by("buyer").inferred()),
        )
        .render()
        .unwrap();
    let sql = step(&plan, "dim_customer: differences");
    for part in [
        r#"CASE WHEN "_nth" = 1 THEN TIMESTAMP '-infinity' ELSE "valid_from" END"#,
        r#"SELECT DISTINCT (buyer)::text COLLATE "C" AS "customer_id""#,
        r#"wanted."customer_id", ('-infinity')::timestamp without time zone AS "valid_from""#,
        r#"true AS "is_inferred""#,
    ] {
        assert!(sql.contains(part), "{part} is not in {sql}");
    }
    let other = step(&plan, "dim_product: differences");
    assert!(!other.contains("inferred"), "nobody infers products");
}

#[test]
fn views_come_after_what_they_read() {
    let view = |name: &str, read: &str| {
        View::new(name, format!("SELECT * FROM gold.{read}")).reads([read])
    };
    let plan = star()
        .view(view("v_c", "v_b"))
        .view(view("v_b", "v_a"))
        .view(View::new("v_own", "SELECT 1"))
        .view(view("v_a", "fct_sales"))
        .render()
        .unwrap();
    let views = plan.install.iter().filter(|s| s.label.ends_with(": view"));
    let views: Vec<&str> = views.map(|s| &*s.label).collect();
    assert_eq!(
        views,
        ["v_a: view", "v_b: view", "v_c: view", "v_own: view"]
    );
    refused(
        star()
            .view(view("v_x", "dim_date"))
            .view(view("v_c", "v_b"))
            .view(view("v_b", "v_a"))
            .view(view("v_a", "v_c")),
        "views read each other in a circle: v_c reads v_b reads v_a reads v_c; one of them has to read tables instead",
    );
    refused(
        star().view(View::new("v", "SELECT 1").reads(["dim_shop"])),
        "view v reads \"dim_shop\", which is no part of the warehouse: add it, or take it out of reads()",
    );
    refused(
        star().view(View::new("v", "SELECT * FROM gold.fct_sale").reads(["fct_sales"])),
        "view v has gold.fct_sale in its query, which is no part of the warehouse: add it, or correct the name",
    );
    refused(
        star().view(view("v", "fct_sales").reads(["dim_date"])),
        "view v declares that it reads dim_date, but has no gold.dim_date in its query: take it out of reads()",
    );
    refused(
        star().view(View::new("v", "TABLE gold.dim_date").reads([""; 0])),
        "view v has gold.dim_date in its query, but does not declare it: add it to reads()",
    );
}

#[test]
fn conformed_dimensions_agree_on_key_and_grain() {
    let shop = || Dimension::new("dim_shop", SALES).key("shop_id", Type::Text, "shop");
    let both = |other: Dimension| {
        let one = Warehouse::new("gold").dimension(shop());
        one.conforms_with(&Warehouse::new("finance").dimension(other))
    };
    both(shop().attribute("city", Type::Text, "city")).unwrap();
    let advice = "make them agree, or give them names of their own";
    for (other, why) in [
        (
            Dimension::new("dim_shop", SALES).key("shop_id", Type::Int8, "shop"),
            "a column of their keys is shop_id text in one and shop_id bigint in the other",
        ),
        (
            shop().key("country", Type::Text, "country"),
            "the key of one has 1 columns and that of the other 2",
        ),
        (
            shop()
                .attribute("city", Type::Text, "city")
                .type2("x", ["city"]),
            "one has a row per key and the other a row per key and span of time",
        ),
        (
            Dimension::date("dim_shop", SALES, "x"),
            "one has a row per key and the other a row per day",
        ),
    ] {
        let error = both(other).unwrap_err();
        assert_eq!(error.kind(), Kind::Contract);
        assert_eq!(
            error.to_string(),
            format!("gold.dim_shop and finance.dim_shop are to conform, but {why}: {advice}")
        );
    }
    let web = |key: Type| Dimension::new("dim_web_shop", SALES).key("shop_id", key, "shop");
    let within = |other: Dimension| Warehouse::new("gold").dimension(shop()).dimension(other);
    within(web(Type::Text).conforms_to("dim_shop"))
        .render()
        .unwrap();
    refused(
        within(web(Type::Int4).conforms_to("dim_shop")),
        &format!(
            "dim_web_shop and dim_shop are to conform, but a column of their keys is shop_id integer in one and shop_id text \
             in the other: {advice}"
        ),
    );
    refused(
        within(web(Type::Text).conforms_to("dim_stores")),
        "dim_web_shop is to conform to \"dim_stores\", which is no dimension of the warehouse",
    );
}
