//! Synthetic sales with an injected defect in 12 % of the rows, and known answers.

use chrono::{Datelike, NaiveDateTime};
use metalayer::core::Verdict;
use metalayer::prelude::*;
use metalayer::quality::Judge;
use rust_decimal::{Decimal, dec};

use crate::support::{Fresh, data};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.global_sales")]
struct GlobalSale {
    #[column(critical)]
    product_id: Option<String>,
    #[column(critical)]
    customer_id: Option<String>,
    #[column(critical)]
    timestamp: Option<NaiveDateTime>,
    city: Option<String>,
    #[column(critical)]
    price: Decimal,
    #[column(critical)]
    quantity: i32,
    status: Option<String>,
    #[column(pii)]
    email: Pii<Option<String>>,
    #[column(critical)]
    revenue: Decimal,
    #[column(critical)]
    tax: Decimal,
    #[column(critical)]
    total: Decimal,
    quarter: Option<String>,
}

fn quarter(sale: &GlobalSale) -> bool {
    let named = |at: NaiveDateTime| format!("Q{}", at.month().div_ceil(3));
    match (&sale.timestamp, &sale.quarter) {
        (Some(at), Some(quarter)) => {
            named(*at) == *quarter || format!("{}-{}", at.year(), named(*at)) == *quarter
        }
        _ => false,
    }
}

fn rules() -> Judge<GlobalSale> {
    let cent = dec!(0.01);
    let off_revenue =
        (GlobalSale::PRICE.expr() * GlobalSale::QUANTITY.expr() - GlobalSale::REVENUE.expr()).abs();
    let off_total =
        (GlobalSale::REVENUE.expr() + GlobalSale::TAX.expr() - GlobalSale::TOTAL.expr()).abs();
    RuleSet::<GlobalSale>::new()
        .quarantine(GlobalSale::PRODUCT_ID.not_blank())
        .quarantine(GlobalSale::CUSTOMER_ID.not_blank())
        .quarantine(GlobalSale::TIMESTAMP.not_null())
        .quarantine(GlobalSale::CITY.not_blank())
        .quarantine(GlobalSale::PRICE.at_most(dec!(1000)))
        .quarantine(GlobalSale::QUANTITY.at_most(1_000))
        .quarantine(GlobalSale::STATUS.one_of(["pending", "shipped", "delivered", "returned"]))
        .quarantine(GlobalSale::EMAIL.is_email().named("email.format"))
        .quarantine(off_revenue.at_most(cent).named("revenue.adds_up"))
        .quarantine(off_total.at_most(cent).named("total.adds_up"))
        .quarantine(rule("quarter.matches_timestamp", 1, quarter))
        .build()
        .unwrap()
}

async fn load(gate: Gate) -> (Fresh, Outcome) {
    let fresh = Fresh::migrated().await;
    let table = Table::landing(Contract::of::<GlobalSale>().unwrap());
    fresh.database.create(&table).await.unwrap();
    let mut feed = CsvFile::<GlobalSale>::new(data().join("global-sales.csv"), rules());
    let outcome = Flow::new(gate)
        .run(&mut feed, &mut Store::new(&fresh.database, &table))
        .await
        .unwrap();
    (fresh, outcome)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs METALAYER_DATA or ../shared/data"]
async fn its_own_gate_lets_it_in() {
    let (fresh, outcome) = load(Gate {
        share: 0.10,
        records: 5_000,
    })
    .await;
    let Outcome::Applied(receipt) = outcome else {
        panic!("{outcome:?}")
    };
    let card = receipt.card;
    assert_eq!(
        (card.read, card.quarantined, card.accepted),
        (50_000, 4_512, 45_488),
        "{card:#?}"
    );
    assert_eq!(
        fresh
            .one("SELECT count(*) || ' ' || sum(total) FROM bronze.global_sales")
            .await,
        "45488 67046055.49"
    );
    assert_eq!(fresh.one("SELECT count(*) FROM meta.quarantine WHERE raw IS NOT NULL AND line_no = record_no + 1").await, "4512");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs METALAYER_DATA or ../shared/data"]
async fn the_default_gate_refuses_it_and_says_why() {
    let (fresh, outcome) = load(Gate::default()).await;
    let Outcome::Refused(receipt) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        receipt.verdict,
        Verdict::Refused(String::from(
            "4512 records quarantined, at most 1000 allowed"
        ))
    );
    assert_eq!(
        fresh.one("SELECT count(*) FROM bronze.global_sales").await,
        "0"
    );
    assert_eq!(
        fresh.one("SELECT count(*) FROM meta.quarantine").await,
        "4512"
    );
    assert_eq!(
        fresh
            .one("SELECT state || ' ' || rows_quarantined FROM meta.load")
            .await,
        "refused 4512"
    );
    assert_eq!(
        fresh
            .one("SELECT count(*) > 11 FROM meta.rule_result")
            .await,
        "true"
    );
}
