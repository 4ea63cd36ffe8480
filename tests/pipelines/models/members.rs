use metalayer::core::Type;
use metalayer::gold::{Dimension, Fact, Reference, Warehouse};

use super::{ORDERS, PRODUCTS, Shop, customer, rows};

fn product() -> Dimension {
    Dimension::new("dim_product", PRODUCTS)
        .key("product_id", Type::Text, "product_id")
        .required("name", Type::Text, "name")
}

fn inferring() -> Warehouse {
    let orders = Fact::new("fct_orders", ORDERS)
        .at("sold_at")
        .dimension(Reference::to("dim_product").by("product").inferred())
        .dimension(Reference::to("dim_customer").by("customer").inferred())
        .degenerate("order_no", Type::Text, "order_no")
        .measure("amount", Type::Numeric, "amount");
    Warehouse::new("gold")
        .dimension(product())
        .dimension(customer())
        .fact(orders)
}

const SOLD: &str = "FROM gold.fct_orders AS f JOIN gold.dim_product AS p USING (product_key) \
    JOIN gold.dim_customer AS c USING (customer_key)";

fn sold() -> String {
    let columns = "f.order_no, p.product_id, p.name, p.is_inferred, c.customer_id, coalesce(c.city, '?'), c.is_inferred";
    rows(columns, SOLD.trim_start_matches("FROM "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_a_fact_knows_first_is_completed_under_the_same_key() {
    let shop = Shop::new(inferring()).await;
    shop.after(
        "INSERT INTO silver.products (product_id, name) VALUES ('P1', 'pen');
         INSERT INTO silver.orders (order_no, product, customer, sold_at, amount) VALUES
         ('1', 'P1', 'C1', '2024-01-01', 1), ('2', 'P2', 'C1', '2024-01-02', 2), ('3', NULL, NULL, '2024-01-03', 4)",
    )
    .await;
    assert_eq!(
        shop.one(&sold()).await,
        "1 P1 pen f C1 ? t, 2 P2 unknown t C1 ? t, 3 unknown unknown f unknown ? f"
    );
    let keys = "SELECT string_agg(product_key::text, ' ' ORDER BY product_id) || ' ' || (SELECT string_agg(customer_key::text, ' ') \
        FROM gold.dim_customer WHERE customer_id = 'C1') FROM gold.dim_product";
    let given = shop.one(keys).await;

    shop.after(
        "INSERT INTO silver.products (product_id, name) VALUES ('P2', 'ink');
         INSERT INTO silver.customers (customer_id, city, since) VALUES ('C1', 'Rome', '2024-01-02')",
    )
    .await;
    assert_eq!(
        shop.one(&sold()).await,
        "1 P1 pen f C1 Rome f, 2 P2 ink f C1 Rome f, 3 unknown unknown f unknown ? f"
    );
    assert_eq!(shop.one(keys).await, given, "surrogate keys stay");

    // A version that begins later is another row; one that goes takes nothing with it that a fact still knows.
    shop.after(
        "INSERT INTO silver.customers (customer_id, city, since) VALUES ('C1', 'Oslo', '2024-01-02 12:00');
         UPDATE silver.products SET _deleted = true WHERE product_id = 'P2'",
    )
    .await;
    shop.after("INSERT INTO silver.orders (order_no, product, customer, sold_at, amount) VALUES ('4', 'P1', 'C1', '2024-01-04', 8)")
        .await;
    let state = "1 P1 pen f C1 Rome f, 2 P2 unknown t C1 Rome f, 3 unknown unknown f unknown ? f, 4 P1 pen f C1 Oslo f";
    assert_eq!(shop.one(&sold()).await, state);
    shop.after("UPDATE silver.customers SET _deleted = true")
        .await;
    assert_eq!(
        shop.one(&rows(
            "customer_id, valid_from, valid_to, is_inferred",
            "gold.dim_customer WHERE customer_key > 0"
        ))
        .await,
        "C1 -infinity infinity t"
    );
    let all = [
        sold(),
        rows("product_id, name, is_inferred", "gold.dim_product"),
    ];
    shop.is_a_rebuild(&all.each_ref().map(String::as_str)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn combinations_with_nulls_are_members_of_their_own() {
    let flags = Dimension::junk("dim_terms", ORDERS)
        .attribute("channel", Type::Text, "channel")
        .attribute("gift", Type::Bool, "gift")
        .attribute("rate", Type::Numeric, "amount");
    let by_itself = Fact::new("fct_orders", ORDERS)
        .dimension(Reference::to("dim_terms"))
        .degenerate("order_no", Type::Text, "order_no");
    let by_values = Fact::new("fct_again", ORDERS)
        .dimension(
            Reference::to("dim_terms")
                .by("channel")
                .by("gift")
                .by("amount * 1.00"),
        )
        .degenerate("order_no", Type::Text, "order_no");
    let shop = Shop::new(
        Warehouse::new("gold")
            .dimension(flags)
            .fact(by_itself)
            .fact(by_values),
    )
    .await;
    shop.after(
        "INSERT INTO silver.orders (order_no, channel, gift, amount) VALUES
         ('1', 'web', true, 1), ('2', 'web', NULL, 1), ('3', NULL, NULL, 1), ('4', '', NULL, 1.00), ('5', 'web', true, 1.0)",
    )
    .await;
    let terms = "coalesce(t.channel, '?'), coalesce(t.gift::text, '?'), trim_scale(t.rate)";
    for fact in ["fct_orders", "fct_again"] {
        let found = rows(
            &format!("f.order_no, {terms}"),
            &format!("gold.{fact} AS f JOIN gold.dim_terms AS t USING (terms_key)"),
        );
        assert_eq!(
            shop.one(&found).await,
            "1 web true 1, 2 web ? 1, 3 ? ? 1, 4  ? 1, 5 web true 1"
        );
    }
    let members = "SELECT count(*) FROM gold.dim_terms WHERE terms_key > 0";
    assert_eq!(shop.one(members).await, "4");
    let key = "SELECT terms_key FROM gold.dim_terms WHERE channel = 'web' AND gift";
    let given = shop.one(key).await;
    shop.after("UPDATE silver.orders SET _deleted = true WHERE order_no IN ('1', '3')")
        .await;
    assert_eq!(shop.one(members).await, "3");
    assert_eq!(shop.one(key).await, given);
}
