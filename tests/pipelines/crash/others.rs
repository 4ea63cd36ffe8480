//! Killed on ways that the layers of a whole run do not take: audits that hold back, a load that is refused, a stream, an
//! input that is held, a comparison.

use std::env;

use metalayer::prelude::*;
use metalayer::quality::RuleSet;
use metalayer::quality::audits::unique;

use crate::backfill::{CONTENT, taken_in};
use crate::keeping::{Keeping, rows};
use crate::killer::{self, Killing};
use crate::support::{Fresh, open};
use crate::trial::Trial;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.notes")]
struct Note {
    id: i64,
    text: Option<String>,
}

/// Which way the child takes.
const WAY: &str = "ML_CRASH_WAY";
pub(super) const WAYS: [&str; 5] = ["audited", "refused", "streamed", "held", "compared"];

fn table() -> Table {
    Table::landing(Contract::of::<Note>().unwrap())
}

fn trial(database: &Database) -> Trial {
    Trial::found(database, Keeping::Version, "t", 2)
}

/// 40 notes, of which every eighth has an id that no rule passes, and every fifth the id of another.
const NOTES: i64 = 40;

fn note(n: i64) -> String {
    let id = if n % 8 == 0 {
        -n
    } else {
        n - i64::from(n % 5 == 0)
    };
    format!("{{\"id\": {id}, \"text\": \"note {n}\"}}\n")
}

async fn load(database: &Database, way: &str) {
    let gate = match way {
        "refused" => Gate::default(),
        _ => Gate::off(),
    };
    let flow = Flow::new(gate).audit(unique("id").unwrap().quarantine().unwrap());
    let rules = RuleSet::<Note>::new().quarantine(Note::ID.at_least(0));
    let rules = rules.quarantine(Note::TEXT.not_blank()).build().unwrap();
    let mut store = Store::new(database, &table());
    let text: String = (1..=NOTES).map(note).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.json");
    std::fs::write(&path, &text).unwrap();
    let file = NdjsonFile::new(path, rules).chunk(16);
    let outcome = match way {
        "streamed" => {
            let stream = std::io::Cursor::new(text.into_bytes());
            flow.run(&mut file.reading(stream), &mut store).await
        }
        _ => flow.run(&mut { file }, &mut store).await,
    };
    assert!(!matches!(outcome.unwrap(), Outcome::Busy(_)));
}

async fn go(database: &Database, way: &str) {
    match way {
        "held" => drop(trial(database).run().await),
        "compared" => drop(trial(database).compare().await),
        _ => load(database, way).await,
    }
}

/// Not a test of its own: what the copy of this program does until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    child.arm();
    go(&open(&child.url, 4), &env::var(WAY).unwrap()).await;
}

/// What a load leaves, however often it was refused.
const NOTED: &str = "SELECT string_agg(DISTINCT state || ' ' || rows_accepted || ' ' || rows_quarantined, ', ') \
    || (SELECT ', ' || count(*) || ' ' || coalesce(sum(id), 0) FROM bronze.notes) FROM meta.load";

pub(super) async fn killing(way: &str) -> Killing {
    let before = Fresh::migrated().await;
    {
        let database = open(&before.url, 4);
        match way {
            "held" => {
                let mut trial = Trial::new(&database, Keeping::Version, "t", 2).await;
                let good = rows(&trial.from, &[(0, 1, 5), (1, 1, 5)]);
                trial.load("good", good).await;
                let held = rows(&trial.from, &[(4, 1, 9), (4, 2, 9)]);
                trial.load("held", held).await;
            }
            "compared" => drop(taken_in(&database).await),
            _ => database.create(&table()).await.unwrap(),
        }
    }
    Killing::of("crash::others::child", before).told(WAY, way)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_every_other_way() {
    for way in WAYS {
        let content = match way {
            "held" | "compared" => CONTENT,
            _ => NOTED,
        };
        let killing = killing(way).await;
        let clean = killing.before.copy().await;
        go(&clean.database, way).await;
        let expected = clean.one(content).await;
        let steps = killing.steps().await;
        assert!(steps.len() >= 3, "{way}: {steps:?}");
        for nth in 1..=steps.len() as u32 {
            let fresh = killing.before.copy().await;
            let (_, has_ended) = killing.kill(&fresh, killer::at(nth)).await;
            assert!(!has_ended);
            go(&fresh.database, way).await;
            assert_eq!(
                fresh.one(content).await,
                expected,
                "{way} killed at step {nth}"
            );
        }
    }
}
