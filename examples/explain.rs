//! From a figure back to the lines of the files: a row of an aggregate, its facts, their rows in silver, the records
//! they came in by, and what happened to those on the way.
//!
//! `cargo run --example explain` makes up its files; the database is that of `DATABASE_URL`, or one on a server that
//! goes when the program ends.

use std::error::Error;
use std::path::Path;

use chrono::NaiveDateTime;
use metalayer::core::{Dataset, Plan, Type};
use metalayer::gold::{Aggregate, Dimension, Fact, Reference, Warehouse};
use metalayer::pg::Explained;
use metalayer::prelude::*;
use metalayer::silver::standardise::{Conform, Standardiser, Text};
use ml_embed::Cluster;
use rust_decimal::Decimal;

/// A sale as the tills report it.
#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.till_sales", grain = "id")]
pub struct Sale {
    #[column(critical)]
    id: i64,
    email: Pii<String>,
    region: String,
    #[column(critical)]
    amount: Decimal,
    sold_at: NaiveDateTime,
    sent_at: NaiveDateTime,
}

/// A sale, standardised; of several reports of one the last sent counts.
#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.till_sales", grain = "id")]
pub struct CleanSale {
    id: i64,
    email: Pii<String>,
    region: String,
    amount: Decimal,
    sold_at: NaiveDateTime,
    sent_at: NaiveDateTime,
}

/// Sale 2 is reported again on Tuesday, with another amount; a note in sale 3 goes over two lines of Monday's file.
const MONDAY: &str = "id,email,region,amount,sold_at,sent_at\n\
    1,ada@example.com, emea,19.90,2024-03-04 09:00:00,2024-03-04 23:00:00\n\
    2,bob@example.com,APAC,7.50,2024-03-04 10:00:00,2024-03-04 23:00:00\n";
const TUESDAY: &str = "id,email,region,amount,sold_at,sent_at\n\
    3,cyd@example.com,\"\nEMEA\",5.00,2024-03-05 11:00:00,2024-03-05 23:00:00\n\
    2,Bob@example.com,APAC,8.50,2024-03-04 10:00:00,2024-03-05 23:00:00\n\
    4,dan@example.com,EMEA,0.10,2024-03-05 12:00:00,2024-03-05 23:00:00\n";

/// What is asked of a sale.
pub fn rules() -> Result<Judge<Sale>> {
    RuleSet::new()
        .quarantine(Sale::ID.at_least(1))
        .quarantine(Sale::AMOUNT.positive())
        .build()
}

fn clean(sale: Sale, _: &mut Report) -> Option<CleanSale> {
    Some(CleanSale {
        id: sale.id,
        email: sale.email,
        region: sale.region,
        amount: sale.amount,
        sold_at: sale.sold_at,
        sent_at: sale.sent_at,
    })
}

/// The domain of an address is personal as the address is: nobody has to say so.
fn plan() -> Result<Plan> {
    const SALES: Dataset = Dataset::of("silver", "till_sales");
    let sales = Fact::new("fct_till_sales", SALES)
        .dimension(Reference::to("dim_date").by("sold_at"))
        .degenerate("region", Type::Text, "region")
        .attribute("domain", Type::Text, "split_part(email, '@', 2)")
        .measure("amount", Type::Numeric, "amount");
    let by_region = Aggregate::new("agg_regions", "fct_till_sales")
        .group("region", Type::Text, "fact.region")
        .count("sales")
        .sum("amount", "amount");
    Warehouse::new("tills")
        .dimension(Dimension::date("dim_date", SALES, "sold_at"))
        .fact(sales)
        .aggregate(by_region)
        .render()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_env()?;
    let folder = std::env::temp_dir();
    if let Some(config) = &settings.database {
        run(&Database::open(config)?, &folder).await?;
        return Ok(());
    }
    let cluster = tokio::task::spawn_blocking(|| Cluster::temporary().start()).await??;
    let config = Config::new(&cluster.url("postgres").into())?;
    run(&Database::open(&config)?, &folder).await?;
    Ok(())
}

/// Loads two files, which it writes into `folder`, and explains a figure.
pub async fn run(database: &Database, folder: &Path) -> Result<Explained, Box<dyn Error>> {
    std::fs::write(folder.join("till_monday.csv"), MONDAY)?;
    std::fs::write(folder.join("till_tuesday.csv"), TUESDAY)?;
    let (raw, contract) = (Contract::of::<Sale>()?, Contract::of::<CleanSale>()?);
    let landing = Table::landing(raw.clone());
    let merge = Merge::on_grain(&contract)?.version("sent_at");
    let merged = Table::merged(contract, merge);
    database.migrate().await?;
    database.create(&landing).await?;
    database.create(&merged).await?;
    let (flow, plan) = (Flow::new(Gate::off()), plan()?);
    for file in ["till_monday.csv", "till_tuesday.csv"] {
        let mut feed = CsvFile::new(folder.join(file), rules()?);
        flow.run(&mut feed, &mut Store::new(database, &landing))
            .await?;
    }
    let regions = Conform::new([("EMEA", "Europe"), ("APAC", "Asia Pacific")]);
    let stage = Standardise::new()
        .column(Sale::EMAIL, Text::Trim.then(Text::Email))
        .column(Sale::REGION, Text::Trim.then(regions))
        .recorded()
        .then(clean);
    Increment::new(database, "tills", &raw, &merged)
        .run(&flow, Sale::blank(), &stage)
        .await?;
    Refresh::new(database, plan.clone())?.run(&flow).await?;

    let explain = database.explain(&plan).knowing(&merged).knowing(&landing);
    let figure = explain.row("agg_regions", &["Europe"]).await?;
    let mut figure = figure.ok_or("there are sales in Europe")?;
    find_lines(&mut figure, folder).await?;
    println!("{figure}");
    let bob = explain.row("agg_regions", &["Asia Pacific"]).await?;
    let mut bob = bob.ok_or("there are sales in Asia")?;
    find_lines(&mut bob, folder).await?;
    println!("{bob}");
    figure.rows.append(&mut bob.rows);
    Ok(figure)
}

/// The database knows the number of a record; its line is in the file, while that is there.
async fn find_lines(explained: &mut Explained, folder: &Path) -> Result<(), Box<dyn Error>> {
    for record in explained.records_mut() {
        let Some(sha256) = &record.sha256 else {
            continue;
        };
        let file = CsvFile::new(folder.join(&record.source), rules()?);
        let found = file.position(record.load, record.record, sha256).await?;
        record.line = found.and_then(|at| at.line);
        record.byte = found.and_then(|at| at.byte);
    }
    Ok(())
}
