//! The checks of `ml-chaos`, which catch 15 mistakes that loaders make, find nothing in the loads and increments here.

use std::fs;

use metalayer::prelude::*;
use ml_chaos::{
    File, Findings, Holds, Layout, Outcome as Came, Pollution, Refining, Said, Subject, Trial,
    checks,
};
use rust_decimal::Decimal;
use tempfile::TempDir;

use crate::support::{Fresh, open};

/// What a file has, as received.
#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.entries", grain = "id")]
struct Received {
    #[column(critical)]
    id: i64,
    version: i64,
    name: Pii<String>,
    amount: Decimal,
}

/// One row for each thing, in its highest version.
#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "silver.entries", grain = "id")]
struct Entry {
    #[column(critical)]
    id: i64,
    version: i64,
    name: Pii<String>,
    amount: Decimal,
}

fn landing() -> Table {
    Table::landing(Contract::of::<Received>().unwrap())
}

fn merged() -> Table {
    let contract = Contract::of::<Entry>().unwrap();
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, merge.version("version"))
}

fn entry(received: Received, _: &mut Report) -> Option<Entry> {
    let Received {
        id,
        version,
        name,
        amount,
    } = received;
    Some(Entry {
        id,
        version,
        name,
        amount,
    })
}

/// A store and an increment, and where their files lie.
struct Session {
    folder: TempDir,
    store: Store,
    increment: Increment,
}

struct Ours;

impl Subject for Ours {
    type Session = Session;

    fn layout(&self) -> Layout {
        let held = "SELECT record_no, rule FROM meta.v_quarantine WHERE source = $1 AND load_state = 'applied'";
        let counted = "SELECT rows_read, rows_accepted, rows_quarantined FROM meta.load \
            WHERE dataset = 'bronze.entries' AND source = $1 AND state = 'applied'";
        let written = ["meta.load", "meta.quarantine", "meta.rule_result"];
        Layout {
            columns: vec![
                Holds::Key.named("id"),
                Holds::Version.named("version"),
                Holds::Text.named("name"),
                Holds::Number.named("amount"),
            ],
            longest: 1 << 20,
            rows: landing().dataset().quoted(),
            written: written.map(String::from).to_vec(),
            held: held.to_owned(),
            counted: counted.to_owned(),
        }
    }

    async fn prepare(&self, url: &str) -> Result<(), String> {
        let database = open(url, 1);
        for table in [landing(), merged()] {
            database
                .create(&table)
                .await
                .map_err(|error| error.chain())?;
        }
        Ok(())
    }

    async fn open(&self, url: &str) -> Result<Session, String> {
        let database = open(url, 2);
        Ok(Session {
            folder: tempfile::tempdir().unwrap(),
            store: Store::new(&database, &landing()),
            increment: Increment::new(
                &database,
                "entries",
                &Contract::of::<Received>().unwrap(),
                &merged(),
            ),
        })
    }

    async fn load(&self, session: &mut Session, file: &File) -> Said {
        let path = session.folder.path().join(&file.name);
        fs::write(&path, &file.bytes).unwrap();
        let rules = RuleSet::<Received>::new().quarantine(Received::ID.at_least(0));
        let mut feed = CsvFile::<Received>::new(&path, rules.build().unwrap()).chunk(10);
        let outcome = Flow::new(Gate::off())
            .run(&mut feed, &mut session.store)
            .await;
        match outcome {
            Ok(outcome) => came(&outcome).saying(format!("{outcome:?}")),
            Err(error) => failed(&error),
        }
    }

    fn rule(&self, pollution: Pollution) -> Option<&'static str> {
        Some(match pollution {
            Pollution::Missing | Pollution::Surplus | Pollution::EndMarker => "csv.width",
            Pollution::StrayQuote | Pollution::OpenQuote => "csv.quote",
            Pollution::Nul => "byte.nul",
            Pollution::NotUtf8 => "byte.utf8",
            Pollution::NotANumber | Pollution::Infinite | Pollution::Letters => "amount.decode",
            Pollution::Oversized => "csv.size",
        })
    }
}

impl Refining for Ours {
    fn refined(&self) -> String {
        format!(
            "(SELECT * FROM {} WHERE NOT _deleted) AS entry",
            merged().dataset().quoted()
        )
    }

    async fn advance(&self, session: &mut Session) -> Said {
        let flow = Flow::new(Gate::off());
        match session
            .increment
            .run(&flow, Received::blank(), &entry)
            .await
        {
            Ok(advance) => Came::Applied.saying(format!("{advance:?}")),
            Err(error) => failed(&error),
        }
    }
}

fn came(outcome: &Outcome) -> Came {
    match outcome {
        Outcome::Applied(_) => Came::Applied,
        Outcome::Refused(_) => Came::Refused,
        Outcome::Replayed(_) => Came::Replayed,
        // another is loading the same content
        _ => Came::Busy,
    }
}

/// All that can be said of an error.
fn failed(error: &Error) -> Said {
    let came = match error.kind() {
        metalayer::core::Kind::Conflict => Came::Unknown,
        _ => Came::Failed,
    };
    came.saying(format!("{error} {error:?} {error:#?} {}", error.chain()))
}

/// A check finds nothing, and looks at something.
async fn holds(check: impl AsyncFnOnce(&mut Trial<'_, Ours>) -> Result<Findings, ml_chaos::Error>) {
    let fresh = Fresh::migrated().await;
    let found = check(&mut Trial::open(&Ours, &fresh.url, 7).await.unwrap()).await;
    let found = found.unwrap();
    assert_eq!(found.violations, [], "{found}");
    assert!(found.looks > 0, "{found}");
    println!("{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn polluted_files() {
    holds(async |trial| checks::polluted_files(trial).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renamed_files() {
    holds(async |trial| checks::renamed_files(trial).await).await;
}

/// More than one COPY takes.
#[tokio::test(flavor = "multi_thread")]
async fn large_files() {
    holds(async |trial| checks::large_files(trial, 5_000, 33 << 20).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hindered_tables() {
    holds(async |trial| checks::hindered_tables(trial).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn raced_loads() {
    holds(async |trial| checks::raced_loads(trial).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn overtaken_increments() {
    holds(async |trial| checks::overtaken_increments(trial).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_versions() {
    holds(async |trial| checks::late_versions(trial).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_connections() {
    holds(async |trial| checks::broken_connections(trial).await).await;
}
