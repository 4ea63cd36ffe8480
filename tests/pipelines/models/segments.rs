use metalayer::core::{Fingerprint, Type};
use metalayer::gold::{
    Bands, Cohort, Dimension, Fact, Pareto, Period, Reference, Rfm, Segment, Warehouse,
};
use rust_decimal::dec;

use super::{ORDERS, Shop, rows};

fn segment(name: &str) -> Segment {
    Segment::new(name, "fct_orders")
        .entity("customer_id", Type::Text, "customer.customer_id")
        .only("customer.customer_key <> -1")
}

fn rfm() -> Rfm {
    Rfm::of("date.day", "count(*)", "sum(fact.amount)")
        .quantiles(4)
        .class("best", "r + f + m >= 9")
        .class("it's new", "f = 1 AND r > 1")
}

fn segmented(rfm: Rfm) -> Warehouse {
    let orders = Fact::new("fct_orders", ORDERS)
        .dimension(Reference::to("dim_customer").by("customer"))
        .dimension(Reference::to("dim_date").by("sold_at"))
        .measure("amount", Type::Numeric, "amount");
    let value = "sum(fact.amount)";
    Warehouse::new("gold")
        .dimension(Dimension::new("dim_customer", ORDERS).key(
            "customer_id",
            Type::Text,
            "customer",
        ))
        .dimension(Dimension::date("dim_date", ORDERS, "sold_at"))
        .fact(orders)
        .segment(segment("seg_rfm").by(rfm))
        .segment(
            segment("seg_abc").by(Pareto::of("revenue", value)
                .class("A", dec!(0.5))
                .class("B", dec!(0.9))
                .otherwise("C")),
        )
        .segment(segment("seg_cohort").by(Cohort::of(Period::Month, "date.day")))
        .segment(
            segment("seg_size").by(Bands::of("revenue", value)
                .below("small", dec!(10))
                .below("middle", dec!(20))
                .otherwise("large")),
        )
}

/// Two are equal in everything, one has given back as much as was bought.
const SALES: &str = "INSERT INTO silver.orders (customer, sold_at, amount) VALUES
    ('a', '2024-01-01', 40), ('a', '2024-03-01', 10), ('b', '2024-02-01', 20), ('c', '2024-02-01', 20),
    ('d', '2024-01-15', 9.99), ('e', '2024-01-20', 3), ('e', '2024-01-21', -3), (NULL, '2024-01-01', 1000)";

#[tokio::test(flavor = "multi_thread")]
async fn equals_are_in_one_class_whatever_the_order_of_rows() {
    let shop = Shop::new(segmented(rfm())).await;
    shop.after(SALES).await;
    let segments = [
        (
            rows("customer_id, r, f, m, segment", "gold.seg_rfm"),
            "a 4 3 4 best, b 2 1 2 it's new, c 2 1 2 it's new, d 1 1 1 1-1-1, e 1 3 1 1-3-1",
        ),
        (
            rows("customer_id, revenue, segment", "gold.seg_abc"),
            "a 50 A, b 20 B, c 20 B, d 9.99 C, e 0 C",
        ),
        (
            rows("customer_id, cohort, segment", "gold.seg_cohort"),
            "a 2024-01-01 2024-01, b 2024-02-01 2024-02, c 2024-02-01 2024-02, d 2024-01-01 2024-01, e 2024-01-01 2024-01",
        ),
        (
            rows("customer_id, segment", "gold.seg_size"),
            "a large, b large, c large, d small, e small",
        ),
    ];
    for (query, expected) in &segments {
        assert_eq!(shop.one(query).await, *expected);
    }
    let queries = segments.each_ref().map(|(query, _)| query.as_str());
    shop.is_a_rebuild(&queries).await;
    shop.fresh
        .run("CREATE TABLE silver.kept AS SELECT * FROM silver.orders ORDER BY _row_id DESC; TRUNCATE silver.orders; INSERT INTO silver.orders SELECT * FROM silver.kept")
        .await;
    shop.is_a_rebuild(&queries).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_definition_stands_beside_the_result_and_changes_with_it() {
    let shop = Shop::new(segmented(rfm())).await;
    shop.after(SALES).await;
    let definition = "SELECT definition FROM gold.segment_definition WHERE segment = 'seg_rfm'";
    let text = shop.one(definition).await;
    assert_eq!(
        text,
        "one row per customer_id = customer.customer_id of fct_orders where customer.customer_key <> -1\n\
         last_day = max(date.day)\n\
         frequency = count(*)\n\
         monetary = sum(fact.amount)\n\
         r, f, m: 1 + the whole 4ths of entities that are below in last_day, frequency, monetary\n\
         best: r + f + m >= 9\n\
         it's new: f = 1 AND r > 1\n\
         otherwise: concat_ws('-', r, f, m)"
    );
    let fingerprint = "SELECT fingerprint FROM gold.segment_definition WHERE segment = 'seg_rfm'";
    assert_eq!(
        shop.one(fingerprint).await,
        Fingerprint::of(&text).to_string()
    );
    let others = "SELECT string_agg(fingerprint, ' ' ORDER BY segment) FROM gold.segment_definition WHERE segment <> 'seg_rfm'";
    let (before, kept) = (shop.one(fingerprint).await, shop.one(others).await);
    let shop = Shop {
        plan: segmented(rfm().otherwise("rest")).render().unwrap(),
        ..shop
    };
    shop.refresh().await;
    assert_ne!(shop.one(fingerprint).await, before);
    assert_eq!(shop.one(others).await, kept);
    assert_eq!(
        shop.one("SELECT segment FROM gold.seg_rfm WHERE customer_id = 'd'")
            .await,
        "rest"
    );
}

/// A score never goes against the order of what it scores, and equal ones have equal scores.
#[tokio::test(flavor = "multi_thread")]
async fn scores_follow_what_they_score() {
    let shop = Shop::new(segmented(Rfm::of(
        "date.day",
        "count(*)",
        "sum(fact.amount)",
    )))
    .await;
    shop.after(
        "INSERT INTO silver.orders (customer, sold_at, amount)
         SELECT 'c' || n % 211, DATE '2024-01-01' + n * n % 97, n * 31 % 53 FROM generate_series(1, 900) AS n",
    )
    .await;
    for (score, of) in [("r", "last_day"), ("f", "frequency"), ("m", "monetary")] {
        let against = format!(
            "SELECT count(*) FROM gold.seg_rfm AS a JOIN gold.seg_rfm AS b \
             ON (a.{of} < b.{of} AND a.{score} > b.{score}) OR (a.{of} = b.{of} AND a.{score} <> b.{score})"
        );
        assert_eq!(shop.one(&against).await, "0", "{score}");
        let range =
            format!("SELECT min({score}) = 1 AND max({score}) BETWEEN 4 AND 5 FROM gold.seg_rfm");
        assert_eq!(shop.one(&range).await, "true", "{score}");
    }
}
