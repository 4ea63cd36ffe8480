//! The star over the lines, and how it is refreshed.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use metalayer::core::{Dataset, Event, Observer, Plan, Type};
use metalayer::gold::{Aggregate, Dimension, Fact, Reference, Warehouse};
use metalayer::pg::{Mode, Refreshed};
use metalayer::prelude::*;

use crate::bed::Bed;
use crate::figure::timed;
use crate::views;

const LINES: Dataset = Dataset::of("silver", "lines");
const CUSTOMERS: Dataset = Dataset::of("silver", "customers");
const PARTS: Dataset = Dataset::of("silver", "parts");

pub struct Star {
    refresh: Refresh,
}

impl Star {
    /// Aggregates that add up, by day, by month and segment, and by month and brand.
    pub fn plain(bed: &Bed) -> Self {
        Star::of(bed, warehouse("gold", |reference| reference, |fact| fact))
    }

    /// The same with a fact that is partitioned by month.
    pub fn monthly(bed: &Bed) -> Self {
        let monthly = |fact: Fact| fact.partitioned_by_month("date_key");
        Star::of(bed, warehouse("gold", |reference| reference, monthly))
    }

    /// The same beside it; checks keep its references, and no foreign keys and their indexes.
    pub fn checked(bed: &Bed) -> Self {
        Star::of(bed, warehouse("checked", Reference::checked, |fact| fact))
    }

    /// The same with an aggregate a customer, in which orders are counted once.
    pub fn of_customers(bed: &Bed) -> Self {
        let customers = Aggregate::new("agg_customer", "fct_lines")
            .group("customer_id", Type::Int8, "customer.customer_id")
            .count("lines")
            .sum("revenue", "revenue")
            .measure("orders", Type::Int8, "count(DISTINCT fact.order_id)")
            .measure("last_on", Type::Date, "max(date.day)");
        let warehouse = warehouse("gold", |reference| reference, |fact| fact);
        let warehouse = warehouse.aggregate(customers);
        Star::of(
            bed,
            views::all().into_iter().fold(warehouse, Warehouse::view),
        )
    }

    fn of(bed: &Bed, warehouse: Warehouse) -> Self {
        Star::planned(bed, warehouse.render().unwrap())
    }

    pub fn planned(bed: &Bed, plan: Plan) -> Self {
        let refresh = Refresh::new(&bed.database, plan).unwrap();
        Star { refresh }
    }

    pub fn refresh(&self, bed: &Bed) -> Duration {
        let (refreshed, took) = timed(|| self.run(bed));
        assert_eq!(refreshed.mode, Some(Mode::Incremental));
        took
    }

    pub fn rebuild(&self, bed: &Bed) -> Duration {
        let flow = Flow::new(Gate::off());
        let (refreshed, took) = timed(|| bed.runtime.block_on(self.refresh.rebuild(&flow)));
        let refreshed = refreshed.unwrap();
        assert!(
            matches!(refreshed.outcome, Outcome::Applied(_)),
            "{refreshed:?}"
        );
        assert_eq!(refreshed.mode, Some(Mode::Full));
        took
    }

    /// A refresh that finds nothing new.
    pub fn look(&self, bed: &Bed) -> Duration {
        let (refreshed, took) = timed(|| self.run(bed));
        assert_eq!(refreshed.mode, None);
        took
    }

    fn run(&self, bed: &Bed) -> Refreshed {
        let flow = Flow::new(Gate::off()).observer(Arc::new(Steps::default()));
        let refreshed = bed.runtime.block_on(self.refresh.run(&flow)).unwrap();
        assert!(
            !matches!(refreshed.outcome, Outcome::Refused(_)),
            "{refreshed:?}"
        );
        refreshed
    }

    pub fn assert_same(&self, bed: &Bed) {
        let drift = bed.runtime.block_on(self.refresh.compare_with_full());
        let drift = drift.unwrap();
        assert!(drift.is_same(), "{drift}");
    }
}

fn warehouse(schema: &str, kept: fn(Reference) -> Reference, lying: fn(Fact) -> Fact) -> Warehouse {
    let customer = Dimension::new("dim_customer", CUSTOMERS)
        .key("customer_id", Type::Int8, "customer_id")
        .required("name", Type::Text, "name")
        .required("nation", Type::Int4, "nation")
        .required("segment", Type::Text, "segment")
        .keyed_by_grain();
    let part = Dimension::new("dim_part", PARTS)
        .key("part_id", Type::Int8, "part_id")
        .required("brand", Type::Text, "brand")
        .required("type", Type::Text, "type")
        .keyed_by_grain();
    let lines = Fact::new("fct_lines", LINES)
        .dimension(kept(Reference::to("dim_customer").by("customer_id")))
        .dimension(kept(Reference::to("dim_part").by("part_id")))
        .dimension(kept(Reference::to("dim_date").by("ordered_on")))
        .degenerate("order_id", Type::Int8, "order_id")
        .degenerate("ship_mode", Type::Text, "ship_mode")
        .measure("quantity", Type::Int8, "quantity")
        .measure("revenue", Type::Numeric, "price * (1 - discount)");
    Warehouse::new(schema)
        .dimension(customer)
        .dimension(part)
        .dimension(Dimension::date("dim_date", LINES, "ordered_on"))
        .fact(lying(lines))
        .aggregate(sums("agg_day").group("day", Type::Date, "date.day"))
        .aggregate(
            sums("agg_month_segment")
                .group("year", Type::Int4, "date.year")
                .group("month", Type::Int4, "date.month")
                .group("segment", Type::Text, "customer.segment"),
        )
        .aggregate(
            sums("agg_month_brand")
                .group("year", Type::Int4, "date.year")
                .group("month", Type::Int4, "date.month")
                .group("brand", Type::Text, "part.brand"),
        )
}

fn sums(name: &str) -> Aggregate {
    Aggregate::new(name, "fct_lines")
        .count("lines")
        .sum("quantity", "quantity")
        .sum("revenue", "revenue")
}

/// Prints the steps of incremental refreshes that took a hundredth of a second, where `COMPARE_GOLD_STEPS` asks for it.
#[derive(Default)]
struct Steps {
    last: Mutex<Option<Instant>>,
}

#[async_trait]
impl Observer for Steps {
    async fn see(&self, event: Event<'_>) {
        let now = Instant::now();
        let last = self.last.lock().unwrap().replace(now);
        let took = last.map_or(Duration::ZERO, |last| now - last).as_millis();
        if took < 10 || std::env::var_os("COMPARE_GOLD_STEPS").is_none() {
            return;
        }
        match event {
            Event::Step { label, rows } => println!("    {took:>6} ms {rows:>8} rows  {label}"),
            _ => println!("    {took:>6} ms                the checks and the commit"),
        }
    }
}
