//! The quarantine, from a bad file to an empty desk: list, put right, discard, export, replay, and replay again.
//!
//! `cargo run --example replay` makes up its file; the database is that of `DATABASE_URL`, or one on a server that
//! goes when the program ends.

use std::error::Error;
use std::path::Path;

use metalayer::core::Receipt;
use metalayer::pg::{EntryFilter, EntryState, QuarantineEntry, Tally};
use metalayer::prelude::*;
use ml_embed::Cluster;
use rust_decimal::Decimal;

/// An order of the shop.
#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.shop_orders", grain = "id")]
pub struct Order {
    #[column(critical)]
    id: i64,
    email: Pii<String>,
    #[column(critical)]
    amount: Decimal,
}

/// Line 3 has a comma in its amount, line 4 no amount to speak of, line 6 is a test of the shop's.
const FILE: &str = "id,email,amount\n\
    1,ada@example.com,19.90\n\
    2,bob@example.com,12,50\n\
    3,cyd@example.com,0.00\n\
    4,dan@example.com,7.20\n\
    5,=test@example.com,minus one\n";

fn rules() -> Result<Judge<Order>> {
    RuleSet::new()
        .quarantine(Order::ID.at_least(1))
        .quarantine(Order::AMOUNT.positive())
        .build()
}

/// What the program came to, for those who check it.
#[derive(Debug, PartialEq)]
pub struct Done {
    /// The quarantine at the end.
    pub tally: Tally,
    /// Rows before the replay, after it, and after one more.
    pub rows: [i64; 3],
    /// The export as CSV.
    pub export: String,
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

/// The whole loop over one file, which it writes into `folder`.
pub async fn run(database: &Database, folder: &Path) -> Result<Done, Box<dyn Error>> {
    let path = folder.join("shop_orders.csv");
    std::fs::write(&path, FILE)?;
    let table = Table::landing(Contract::of::<Order>()?);
    database.migrate().await?;
    database.create(&table).await?;
    let (flow, rules) = (Flow::new(Gate::off()), rules()?);

    let mut feed = CsvFile::new(&path, rules.clone());
    let outcome = flow
        .run(&mut feed, &mut Store::new(database, &table))
        .await?;
    println!("loaded: {}", counts(&outcome));
    let before = rows(database).await?;

    // Bytes of records are personal: this desk shows them, and asks the server whether its role may see them.
    let desk = QuarantineDesk::of(database).revealed();
    let held = EntryFilter::default()
        .dataset(table.dataset())
        .state(EntryState::Open);
    for entry in desk.list(&held).await? {
        let why: Vec<String> = entry.violations.iter().map(ToString::to_string).collect();
        println!(
            "line {}: {}",
            entry.line.unwrap_or_default(),
            why.join("; ")
        );
    }

    let fixed = desk
        .fix_all(&held.clone().rule("csv.width"), decimal_point)
        .await?;
    println!("put right by a closure: {fixed}");
    if let [free, test] = desk.list(&held).await?.as_slice() {
        desk.fix(free.id, "3,cyd@example.com,0.01").await?;
        desk.discard(test.id, "a test of the shop's").await?;
    }
    let mut export = Vec::new();
    let all = EntryFilter::default().dataset(table.dataset());
    QuarantineDesk::of(database)
        .export_csv(&all, &mut export)
        .await?;
    let export = String::from_utf8(export)?;
    println!("exported, personal bytes covered:\n{export}");

    let replay = || {
        desk.replay(&flow, &table, |fixed| {
            FixedRecords::new(fixed, rules.clone())
        })
    };
    let replayed = replay().await?;
    println!(
        "replayed: {}",
        replayed.as_ref().map_or_else(String::new, counts)
    );
    let after = rows(database).await?;
    let again = replay().await?;
    println!(
        "replayed again: {}",
        again
            .as_ref()
            .map_or_else(|| String::from("nothing to do"), counts)
    );
    let tally = desk.tally(table.dataset()).await?;
    println!("{tally:?}");
    Ok(Done {
        tally,
        rows: [before, after, rows(database).await?],
        export,
    })
}

/// `2,bob@example.com,12,50` has one field too many: the last comma was to be a point.
fn decimal_point(entry: &QuarantineEntry) -> Option<Vec<u8>> {
    let record = String::from_utf8(entry.whole()?.to_vec()).ok()?;
    let (whole, cents) = record.rsplit_once(',')?;
    Some(format!("{whole}.{cents}").into_bytes())
}

fn counts(outcome: &Outcome) -> String {
    outcome.receipt().map_or_else(
        || String::from("nothing"),
        |Receipt { card, .. }| {
            format!(
                "{} read, {} accepted, {} held back",
                card.read, card.accepted, card.quarantined
            )
        },
    )
}

async fn rows(database: &Database) -> Result<i64, Box<dyn Error>> {
    let client = database.client().await?;
    let counted = client
        .query_one("SELECT count(*) FROM bronze.shop_orders", &[])
        .await?;
    Ok(counted.get(0))
}
