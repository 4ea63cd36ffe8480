//! Random histories of silver: after any of them, every model is what a rebuild makes of the last state.

use metalayer::core::Type;
use metalayer::gold::{
    Additivity, Aggregate, Cohort, Dimension, Fact, Pareto, Period, Reference, Rfm, Segment,
    Snapshot, Warehouse,
};
use rust_decimal::dec;

use super::{ORDERS, PRODUCTS, Shop, customer, order, rows};

fn everything() -> Warehouse {
    let product = Dimension::new("dim_product", PRODUCTS)
        .key("product_id", Type::Text, "product_id")
        .required("name", Type::Text, "name");
    let customer = customer();
    let terms = Dimension::junk("dim_terms", ORDERS)
        .attribute("channel", Type::Text, "channel")
        .attribute("gift", Type::Bool, "gift");
    let orders = Fact::new("fct_orders", ORDERS)
        .at("sold_at")
        .dimension(Reference::to("dim_product").by("product").inferred())
        .dimension(Reference::to("dim_customer").by("customer").inferred())
        .dimension(Reference::to("dim_terms"))
        .dimension(Reference::to("dim_date").by("sold_at"))
        .degenerate("order_no", Type::Text, "coalesce(order_no, '?')")
        .measure("amount", Type::Numeric, "amount")
        .measured(
            "price",
            Type::Numeric,
            "amount / 2",
            Additivity::NonAdditive,
        );
    let process = order();
    let months = Snapshot::new("fct_months", "fct_orders", Period::Month, "date.day")
        .entity("customer_id", Type::Text, "customer.customer_id")
        .flow("moved", "amount")
        .balance("balance", "amount");
    let stock = Aggregate::new("agg_months", "fct_months")
        .group("month", Type::Date, "fact.period")
        .sum("balance", "balance");
    let segment = |name: &str| {
        Segment::new(name, "fct_orders").entity("id", Type::Text, "customer.customer_id")
    };
    let revenue = "sum(fact.amount)";
    Warehouse::new("gold")
        .dimension(product)
        .dimension(customer)
        .dimension(terms)
        .dimension(Dimension::date("dim_date", ORDERS, "sold_at").days(ORDERS, "shipped_at"))
        .fact(orders)
        .accumulating(process)
        .snapshot(months)
        .aggregate(stock)
        .segment(segment("seg_rfm").by(Rfm::of("date.day", "count(*)", revenue)))
        .segment(segment("seg_abc").by(Pareto::of("revenue", revenue).class("A", dec!(0.5))))
        .segment(segment("seg_cohort").by(Cohort::of(Period::Quarter, "date.day")))
}

/// Every model without its surrogate keys.
fn contents() -> Vec<String> {
    let sold = "gold.fct_orders AS f JOIN gold.dim_product AS p USING (product_key) JOIN gold.dim_customer AS c USING (customer_key) \
        JOIN gold.dim_terms AS t USING (terms_key)";
    vec![
        rows(
            "f._row_id, f.order_no, p.product_id, p.name, p.is_inferred, c.customer_id, c.valid_from, c.valid_to, \
            coalesce(c.city, '?'), c.is_inferred, coalesce(t.channel, '?'), coalesce(t.gift::text, '?'), f.date_key, f.amount",
            sold,
        ),
        rows("product_id, name, is_inferred", "gold.dim_product"),
        rows(
            "customer_id, valid_from, valid_to, coalesce(city, '?'), is_inferred",
            "gold.dim_customer",
        ),
        rows("terms_id", "gold.dim_terms"),
        rows(
            "order_no, c.customer_id, c.valid_from, sold_date_key, shipped_date_key, coalesce(days_sold_to_shipped, -99), amount",
            "gold.fct_order JOIN gold.dim_customer AS c USING (customer_key)",
        ),
        rows("period, customer_id, moved, balance", "gold.fct_months"),
        rows("month, balance", "gold.agg_months"),
        rows("id, r, f, m, segment", "gold.seg_rfm"),
        rows("id, revenue, segment", "gold.seg_abc"),
        rows("id, segment", "gold.seg_cohort"),
    ]
}

/// The same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// One of so many, or NULL now and then.
    fn name(&mut self, prefix: &str, n: u64) -> String {
        match self.below(8) {
            0 => String::from("NULL"),
            _ => format!("'{prefix}{}'", self.below(n)),
        }
    }

    fn day(&mut self) -> String {
        format!(
            "TIMESTAMP '2024-01-01' + INTERVAL '{} hours'",
            self.below(6_000)
        )
    }

    fn change(&mut self) -> String {
        let id = self.below(30) + 1;
        match self.below(9) {
            0 => format!(
                "INSERT INTO silver.products (product_id, name) VALUES ({}, 'n{}')",
                self.name("p", 6),
                self.below(3)
            ),
            1 => format!(
                "UPDATE silver.products SET _deleted = NOT _deleted WHERE _row_id = {}",
                id % 5
            ),
            2 => format!(
                "INSERT INTO silver.customers (customer_id, city, since) VALUES ({}, {}, {})",
                self.name("c", 5),
                self.name("city", 3),
                self.day()
            ),
            3 => format!(
                "UPDATE silver.customers SET _deleted = NOT _deleted WHERE _row_id = {}",
                id % 7
            ),
            4 => format!(
                "UPDATE silver.customers SET since = {} WHERE _row_id = {}",
                self.day(),
                id % 7
            ),
            5 => format!("UPDATE silver.orders SET _deleted = NOT _deleted WHERE _row_id = {id}"),
            6 => format!(
                "UPDATE silver.orders SET shipped_at = {}, customer = {}, amount = {} WHERE _row_id = {id}",
                self.day(),
                self.name("c", 5),
                self.below(50)
            ),
            _ => format!(
                "INSERT INTO silver.orders (order_no, product, customer, channel, gift, sold_at, amount) VALUES ({}, {}, {}, {}, {}, {}, {})",
                self.name("o", 12),
                self.name("p", 6),
                self.name("c", 5),
                self.name("ch", 2),
                ["NULL", "true", "false"][self.below(3) as usize],
                self.day(),
                self.below(90) as i64 - 20
            ),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_any_history_the_models_are_those_of_a_rebuild() {
    let contents = contents();
    let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
    for seed in 0..4 {
        let shop = Shop::new(everything()).await;
        let mut dice = Dice(seed);
        for _ in 0..6 {
            let changes: Vec<String> = (0..dice.below(12)).map(|_| dice.change()).collect();
            shop.after(&changes.join(";\n")).await;
        }
        shop.is_a_rebuild(&contents).await;
    }
}
