//! From a row of gold down to the line of a file.

use metalayer::core::{Kind, Plan};
use metalayer::gold::{
    Accumulating, Aggregate, Bands, Dimension, Fact, Period, Reference, Segment, Snapshot,
};
use metalayer::pg::{Explained, Traced};
use metalayer::prelude::*;
use rust_decimal::dec;

use crate::explain_example;
use crate::models::{CUSTOMERS, ORDERS, Shop};
use crate::replay_example;
use crate::support::Fresh;

fn value<'a>(of: &'a Explained, name: &str) -> &'a str {
    let found = of.values.iter().find(|(column, _)| column == name);
    found.unwrap().1.as_deref().unwrap_or("NULL")
}

fn record(of: &Explained) -> &Traced {
    of.rows[0].record.as_ref().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_goes_back_to_the_lines_of_the_files() {
    let fresh = Fresh::migrated().await;
    let folder = tempfile::tempdir().unwrap();
    let europe = explain_example::run(&fresh.database, folder.path())
        .await
        .unwrap();
    assert_eq!(europe.table, "tills.agg_regions");
    assert_eq!((value(&europe, "amount"), europe.made_of), ("25.00", 3));
    let places: Vec<(&str, u64, Option<u64>)> = europe
        .rows
        .iter()
        .map(|fact| {
            let record = record(fact);
            (&*record.source, record.record, record.line)
        })
        .collect();
    // The second record of Tuesday starts on its fourth line.
    assert_eq!(
        places,
        [
            ("till_monday.csv", 1, Some(2)),
            ("till_tuesday.csv", 1, Some(2)),
            ("till_tuesday.csv", 3, Some(5)),
            ("till_tuesday.csv", 2, Some(4)),
        ]
    );

    let ada = &europe.rows[0];
    assert_eq!(
        (&*ada.table, value(ada, "domain")),
        ("tills.fct_till_sales", "***")
    );
    let silver = &ada.rows[0];
    assert_eq!(silver.table, "silver.till_sales");
    assert_eq!(
        (value(silver, "region"), value(silver, "email")),
        ("Europe", "***")
    );
    let came = record(ada);
    assert_eq!(came.dataset, "bronze.till_sales");
    let received = came.values.iter().find(|(name, _)| name == "region");
    assert_eq!(received.unwrap().1.as_deref(), Some(" emea"));
    let passed = &came.passed()["bronze.till_sales"];
    assert!(
        passed.contains(&"amount.positive") && passed.contains(&"id.range"),
        "{passed:?}"
    );
    let changed: Vec<(&str, &str)> = came.changes.iter().map(|c| (&*c.column, &*c.old)).collect();
    assert_eq!(changed, [("region", " emea"), ("region", "emea")]);

    let bob = record(&europe.rows[3]);
    let beaten: Vec<(&str, u64, &str)> = bob
        .beaten
        .iter()
        .map(|b| (&*b.source, b.record, &*b.reason))
        .collect();
    assert_eq!(beaten, [("till_monday.csv", 2, "older")]);
    let read_again = |record, sha256: &str| {
        let rules = explain_example::rules().unwrap();
        let path = folder.path().join(&bob.source);
        let (load, sha256) = (bob.load, sha256.to_owned());
        async move {
            CsvFile::new(path, rules)
                .position(load, record, &sha256)
                .await
        }
    };
    let sha256 = bob.sha256.as_deref().unwrap();
    assert_eq!(
        read_again(4, sha256).await.unwrap(),
        None,
        "it has three records"
    );
    let error = read_again(1, &"0".repeat(64)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Source);
    assert!(
        error
            .to_string()
            .starts_with("till_tuesday.csv is not the file that was loaded")
    );
    let text = europe.to_string();
    for name in ["ada", "bob", "Bob", "cyd", "dan", "example.com"] {
        assert!(!text.contains(name), "{name} is personal: {text}");
    }
    assert!(
        text.contains(
            "came in as record 1 of till_monday.csv, line 2, by load 1 into bronze.till_sales"
        ),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_was_put_right_is_found_where_it_first_stood() {
    let fresh = Fresh::migrated().await;
    let folder = tempfile::tempdir().unwrap();
    replay_example::run(&fresh.database, folder.path())
        .await
        .unwrap();
    fresh
        .run(
            "CREATE SCHEMA silver;
             CREATE TABLE silver.shop_orders AS SELECT *, row_number() OVER (ORDER BY id) AS _row_id, false AS _deleted FROM bronze.shop_orders",
        )
        .await;
    let orders: metalayer::core::Dataset = "silver.shop_orders".parse().unwrap();
    let plan = Warehouse::new("gold")
        .fact(Fact::new("fct", orders).measure("amount", metalayer::core::Type::Numeric, "amount"))
        .render()
        .unwrap();
    let refresh = Refresh::new(&fresh.database, plan.clone()).unwrap();
    refresh.run(&Flow::new(Gate::off())).await.unwrap();
    let explain = fresh.database.explain(&plan);
    let fixed = explain.row("fct", &["2"]).await.unwrap().unwrap();
    let record = record(&fixed);
    assert_eq!(
        (&*record.source, record.record, record.line),
        ("shop_orders.csv", 2, Some(3))
    );
    assert_eq!(record.replayed.unwrap().record, 2);
    assert_eq!(
        value(&fixed, "amount"),
        "***",
        "nobody has shown the contract"
    );
    assert!(fixed.rows[0].values.is_empty());
}

fn everything() -> Plan {
    let orders = Fact::new("fct_orders", ORDERS)
        .at("sold_at")
        .dimension(Reference::to("dim_customer").by("customer"))
        .dimension(Reference::to("dim_terms"))
        .dimension(Reference::to("dim_date").by("sold_at"))
        .measure("amount", metalayer::core::Type::Numeric, "amount");
    let text = metalayer::core::Type::Text;
    let date = metalayer::core::Type::Date;
    Warehouse::new("gold")
        .dimension(
            Dimension::new("dim_customer", CUSTOMERS)
                .key("customer_id", text, "customer_id")
                .attribute("city", text, "city")
                .type2("since", ["city"]),
        )
        .dimension(Dimension::junk("dim_terms", ORDERS).attribute("channel", text, "channel"))
        .dimension(Dimension::date("dim_date", ORDERS, "sold_at"))
        .fact(orders)
        .accumulating(
            Accumulating::new("fct_order", ORDERS)
                .process("order_no", text, "order_no")
                .milestone("sold", "dim_date", "min(sold_at)"),
        )
        .snapshot(
            Snapshot::new("fct_months", "fct_orders", Period::Month, "date.day")
                .entity("channel", text, "coalesce(terms.channel, 'none')")
                .balance("amount", "amount"),
        )
        .segment(
            Segment::new("seg", "fct_orders")
                .entity("city", text, "coalesce(customer.city, 'none')")
                .only("fact.amount > 1")
                .by(Bands::of("sum", "sum(fact.amount)").below("small", dec!(10))),
        )
        .aggregate(
            Aggregate::new("agg", "fct_months")
                .group("month", date, "fact.period")
                .sum("amount", "amount"),
        )
        .render()
        .unwrap()
}

/// The rows of silver below a row, by their order numbers and years.
fn leaves(of: &Explained) -> Vec<String> {
    match of.table.as_str() {
        "silver.orders" => vec![value(of, "order_no").to_owned()],
        "silver.customers" => vec![value(of, "since")[..10].to_owned()],
        _ => of.rows.iter().flat_map(leaves).collect(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_model_says_what_it_is_made_of() {
    let shop = Shop::planned(everything()).await;
    shop.after(
        "INSERT INTO silver.customers (customer_id, city, since) VALUES ('C', 'Rome', '2024-01-01'), ('C', 'Rome', '2024-01-15'), ('C', 'Oslo', '2024-02-01');
         INSERT INTO silver.orders (order_no, customer, channel, sold_at, amount) VALUES
         ('1', 'C', 'web', '2024-01-10', 1), ('1', 'C', NULL, '2024-01-11', 2), ('2', 'C', 'web', '2024-02-20', 4)",
    )
    .await;
    let known = shop.known();
    let mut explain = shop.fresh.database.explain(shop.plan());
    for table in &known {
        explain = explain.knowing(table);
    }
    let digest = shop
        .one("SELECT terms_id FROM gold.dim_terms WHERE channel IS NULL AND terms_key > 0")
        .await;
    for (model, key, expected) in [
        (
            "dim_customer",
            &["C", "2024-01-01"][..],
            &["2024-01-01", "2024-01-15"][..],
        ),
        ("dim_customer", &["C", "2024-02-01"], &["2024-02-01"]),
        ("dim_terms", &[&digest], &["1"]),
        ("fct_orders", &["3"], &["2"]),
        ("fct_order", &["1"], &["1", "1"]),
        ("fct_months", &["2024-01-01", "web"], &["1"]),
        ("fct_months", &["2024-02-01", "web"], &["1", "2"]),
        ("seg", &["Rome"], &["1"]),
        ("agg", &["2024-02-01"], &["1", "1", "2"]),
    ] {
        let found = explain.row(model, key).await.unwrap();
        let found = found.unwrap_or_else(|| panic!("{model} {key:?}"));
        let mut leaves = leaves(&found);
        leaves.sort();
        assert_eq!(leaves, expected, "{model} {key:?}: {found}");
    }
    assert_eq!(explain.row("fct_orders", &["99"]).await.unwrap(), None);
    for (model, key, why) in [
        (
            "fct_none",
            &["1"][..],
            "cannot explain a row of \"fct_none\": gold has dim_customer, dim_terms, fct_orders, fct_order, fct_months, seg, agg",
        ),
        (
            "fct_months",
            &["1"],
            "cannot explain a row of fct_months by 1 values: its key is period, channel",
        ),
    ] {
        let error = explain.row(model, key).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (Kind::Contract, why)
        );
    }
}
