//! No personal value gets out: everything a program may print, log or send is listened to while canaries go through
//! all layers and everything fails that can.

use std::env;
use std::fmt::{Debug, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;
use metalayer::core::{Audit, Kind};
use metalayer::pg::{EntryFilter, EntryState, QuarantineEntry, Screening};
use metalayer::prelude::*;
use metalayer::quality::{Profile, RuleSet, audits};
use metalayer::silver::{Matching, similarity};
use rust_decimal::Decimal;
use tracing::field::{Field, Visit};
use tracing::span;

use crate::retail::pipeline::Retail;
use crate::sample_month::month;
use crate::support::{Fresh, open, settings};

/// What the child is told: database and folder.
const URL: &str = "ML_CANARY_URL";
const FOLDER: &str = "ML_CANARY_FOLDER";
/// The values planted in personal columns, and what bytes of the first look like in hexadecimal and in `Debug`.
const CANARIES: &str = "canary|2718281828|1815-12-10|63616e617279|99, 97, 110, 97, 114, 121";

/// Everything that was heard, and where it came from.
static HEARD: Mutex<String> = Mutex::new(String::new());

fn heard() -> MutexGuard<'static, String> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hear(what: impl Debug) {
    writeln!(heard(), "{what:?} {what:#?}").unwrap();
}

fn hear_error<T: Debug>(failed: Result<T>) -> Kind {
    let error = failed.unwrap_err();
    hear(&error);
    writeln!(heard(), "{error} {}", error.chain()).unwrap();
    error.kind()
}

/// Hears spans and events of every level, records of crates that log another way, and what observers are told.
struct Ear;

impl Visit for Ear {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(heard(), "  {field} = {value:?}").unwrap();
    }
}

impl tracing::Subscriber for Ear {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        writeln!(heard(), "span {}", span.metadata().name()).unwrap();
        span.record(&mut Ear);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Ear);
    }

    fn event(&self, event: &tracing::Event<'_>) {
        writeln!(heard(), "event {}", event.metadata().target()).unwrap();
        event.record(&mut Ear);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl log::Log for Ear {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(heard(), "log {} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

#[async_trait::async_trait]
impl Observer for Ear {
    async fn see(&self, event: Event<'_>) {
        writeln!(heard(), "observer {event:?}").unwrap();
    }
}

/// Puts canaries where the sample has e-mail addresses, good ones and bad ones.
fn plant(file: &Path) {
    let text = std::fs::read(file).unwrap();
    let mut planted = Vec::new();
    let mut rest = text.as_slice();
    while let Some(next) = rest.first() {
        let at = (rest.len() >= 12).then(|| rest[..12].to_ascii_lowercase());
        if at.as_deref() == Some(b"@example.com") {
            planted.extend_from_slice(b".canary@canary.example");
            rest = &rest[12..];
        } else if rest.starts_with(b"no.at.sign") {
            planted.extend_from_slice(b"canary without a sign");
            rest = &rest[10..];
        } else {
            planted.push(*next);
            rest = &rest[1..];
        }
    }
    std::fs::write(file, planted).unwrap();
}

/// Files whose every record has a canary and something wrong with it.
fn spoil(folder: &Path) {
    let header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country,Email,Region\n";
    let line = |quantity: &str, email: &[u8], more: &str| {
        let start = format!("1,A,thing,{quantity},2024-03-31 10:00:00,1.50,17850,France,");
        [start.as_bytes(), email, b",Europe", more.as_bytes(), b"\n"].concat()
    };
    let bad = [
        line("1", b"canary \xff", ""),
        line("1", b"canary \0", ""),
        line("1", b"canary@canary@canary", ""),
        line("x", b"a@canary.example", ""),
        line("1", b"a@canary.example", ",canary"),
        line("1", &b"canary".repeat(300_000), ""),
        line("1", b"\"canary\"canary", ""),
        line("1", b"\"canary", ""),
    ];
    let (bad, good) = (bad.concat(), line("1", b"a@canary.example", ""));
    let write =
        |name: &str, parts: &[&[u8]]| std::fs::write(folder.join(name), parts.concat()).unwrap();
    write("2024-03-31.csv", &[header.as_bytes(), &bad]);
    write("without-a-header.csv", &[&good, &good]);
    write(
        "encoded.csv",
        &[header.as_bytes(), &good, b"canary \xff\xfe canary"],
    );
}

/// Not a test of its own: what the copy of this program does, which listens to all of its threads.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(url) = env::var(URL) else { return };
    tracing::subscriber::set_global_default(Ear).unwrap();
    log::set_logger(&Ear).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let database = open(&url, 8);
    let folder = PathBuf::from(env::var_os(FOLDER).unwrap());
    sales(&database, &folder).await;
    people(&database, &folder).await;
    let heard = heard();
    for source in [
        "event ml_pg::step",
        "log tokio_postgres::prepare",
        "observer Judged",
        "span increment",
    ] {
        assert!(heard.contains(source), "nothing heard of {source}");
    }
    let lower = heard.to_lowercase();
    for canary in CANARIES.split('|') {
        let leaks = lower.lines().filter(|line| line.contains(canary));
        let leaks: Vec<String> = leaks
            .map(|line| line.replace(canary, "***").chars().take(2_000).collect())
            .collect();
        assert!(
            leaks.is_empty(),
            "{} lines, first: {}",
            leaks.len(),
            leaks[0]
        );
    }
}

/// The example's flow, with what refuses its files and its rows.
async fn sales(database: &Database, folder: &Path) {
    let retail = Retail::open(database, &settings()).await.unwrap();
    let files = csv_files(folder).await.unwrap();
    let run = |sql: &'static str| async move {
        database
            .client()
            .await
            .unwrap()
            .batch_execute(sql)
            .await
            .unwrap();
    };
    // The server refuses what it is sent, and says which row in DETAIL, or which value in its message.
    for refusing in [
        "ALTER TABLE bronze.sales ADD CONSTRAINT refusing CHECK (email !~ '[c]anary')",
        "ALTER TABLE bronze.sales ADD CONSTRAINT refusing CHECK (email::integer > 0)",
    ] {
        run(refusing).await;
        let mut outcomes = retail.bronze(&files[..1], Arc::new(Ear)).await;
        assert_eq!(hear_error(outcomes.remove(0)), Kind::Storage);
        run("ALTER TABLE bronze.sales DROP CONSTRAINT refusing").await;
    }
    let outcomes = retail.bronze(&files, Arc::new(Ear)).await;
    assert!(outcomes.iter().any(Result::is_err));
    for outcome in outcomes {
        match outcome {
            Ok(outcome) => hear(outcome),
            failed => drop(hear_error(failed)),
        }
    }
    run("CREATE UNIQUE INDEX refusing ON silver.sales (email)").await;
    assert_eq!(
        hear_error(retail.silver(Arc::new(Ear)).await),
        Kind::Storage
    );
    run("DROP INDEX silver.refusing").await;
    hear(retail.silver(Arc::new(Ear)).await.unwrap());
    hear(retail.gold(Arc::new(Ear)).await.unwrap());
    hear(&retail);
}

/// Personal values of several types.
#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.people")]
struct Person {
    id: i64,
    name: Pii<String>,
    born: Pii<Option<NaiveDate>>,
    income: Pii<Option<Decimal>>,
}

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "silver.people", grain = "id")]
struct Known {
    id: i64,
    name: Pii<String>,
    born: Pii<Option<NaiveDate>>,
    income: Pii<Option<Decimal>>,
}

/// Two good records, one held back by every rule, two that cannot be decoded, and a duplicate.
const PEOPLE: &str = "id,name,born,income\n1,canary one,1815-12-10,1\n2,canary two,,1\n\
    3,Canary,1815-12-10,2718281828\n4,canary,1815-12-10 canary,1\n5,canary,,2718281828 canary\n6,canary two,,1\n";

fn rules() -> Judge<Person> {
    RuleSet::new()
        .quarantine(Person::INCOME.at_most(Decimal::TEN))
        .warn(Person::INCOME.one_of([Decimal::ONE_HUNDRED]))
        .warn(Person::NAME.length(0, 3))
        .warn(Person::NAME.is_email())
        .warn(Person::NAME.one_of(["nobody"]))
        .warn(Person::BORN.not_before(NaiveDate::MAX))
        .quarantine(
            rule("name.closure", 1, |person: &Person| person.id != 3)
                .reading((Person::NAME, Person::BORN)),
        )
        .build()
        .unwrap()
}

/// All else that the suite does with a table, and all that can be refused of it.
async fn people(database: &Database, folder: &Path) {
    let clean = Contract::of::<Known>().unwrap();
    let people = People {
        database,
        landing: Table::landing(Contract::of::<Person>().unwrap()),
        merged: Table::merged(clean.clone(), Merge::on_grain(&clean).unwrap()),
        path: folder.join("people.txt"),
    };
    std::fs::write(&people.path, PEOPLE).unwrap();
    people.create().await;
    people.load().await;
    people.put_right().await;
    people.take_in().await;
    people.screen().await;
    people.look_at().await;
    people.create().await;
}

struct People<'a> {
    database: &'a Database,
    landing: Table,
    merged: Table,
    path: PathBuf,
}

impl People<'_> {
    async fn create(&self) {
        for table in [&self.landing, &self.merged] {
            self.database.create(table).await.unwrap();
            self.database.create_views(table).await.unwrap();
        }
    }

    async fn load(&self) {
        let load = async |audit| {
            let mut store = Store::new(self.database, &self.landing);
            let mut feed = CsvFile::new(&self.path, rules());
            flow().audit(audit).run(&mut feed, &mut store).await
        };
        let cast = "SELECT 1 FROM {rows} AS r WHERE \"name\"::integer > 0";
        let cast = Audit::new("name.cast", cast);
        assert_eq!(hear_error(load(cast).await), Kind::Storage);
        let once = audits::unique("name").unwrap().quarantine().unwrap();
        let outcome = load(once).await.unwrap();
        let receipt = outcome.receipt().unwrap();
        assert_eq!(receipt.card.quarantined, 4);
        hear((receipt, rules()));
    }

    async fn put_right(&self) {
        let all = EntryFilter::default().dataset(self.landing.dataset());
        let desk = QuarantineDesk::of(self.database);
        self.look_through(&all).await;
        let fix = |entry: &QuarantineEntry| {
            let right = format!("{},canary {},,1", entry.id.record, entry.id.record);
            (entry.id.record != 6).then(|| right.into_bytes())
        };
        assert_eq!(desk.fix_all(&all, fix).await.unwrap(), 3);
        for entry in desk
            .list(&all.clone().state(EntryState::Open))
            .await
            .unwrap()
        {
            desk.fix(entry.id, "6,canary six,canary,1").await.unwrap();
        }
        let feed = |fixed| FixedRecords::new(fixed, rules());
        let replayed = desk.replay(&flow(), &self.landing, feed).await.unwrap();
        let replayed = replayed.unwrap();
        assert_eq!(replayed.receipt().unwrap().card.quarantined, 2);
        hear(&replayed);
        let replayed = all.clone().state(EntryState::Replayed);
        let entry = desk.list(&replayed).await.unwrap().remove(0);
        assert_eq!(
            hear_error(desk.fix(entry.id, "canary").await),
            Kind::Contract
        );
        let unloaded = self.database.unload(&self.landing, entry.id.load, "a test");
        assert_eq!(hear_error(unloaded.await), Kind::Contract);
    }

    /// What the desk shows, and what it writes where bytes are not to be seen.
    async fn look_through(&self, filter: &EntryFilter) {
        let desk = QuarantineDesk::of(self.database);
        let mut exported = Vec::new();
        desk.export_csv(filter, &mut exported).await.unwrap();
        desk.export_ndjson(filter, &mut exported).await.unwrap();
        hear(String::from_utf8(exported).unwrap());
        hear(desk.list(filter).await.unwrap());
        hear(desk.revealed().list(filter).await.unwrap());
    }

    async fn take_in(&self) {
        let contract = Contract::of::<Person>().unwrap();
        let increment = Increment::new(self.database, "people", &contract, &self.merged);
        let known = Known::NAME.matches("^[c]anary (one|two)$");
        let known = RuleSet::<Known>::new().quarantine(known).build().unwrap();
        let stage = known_as.then(known);
        let advance = increment
            .run(&flow(), Person::blank(), &stage)
            .await
            .unwrap();
        assert!(advance.card().quarantined > 0, "{advance:?}");
        hear((advance, &increment));
        let held = EntryFilter::default().dataset(self.merged.dataset());
        self.look_through(&held).await;
    }

    async fn screen(&self) {
        let matching = |most, threshold| {
            let name = |known: &Known| Some(known.name.reveal().clone());
            Matching::within("name", name)
                .or_within("all", |_| Some(String::from("canary")))
                .column(Known::NAME, 1, similarity::name)
                .most_in_block(most)
                .threshold(threshold)
        };
        let screening = Screening::new(self.database, "people", &self.merged);
        let screen = async |matching: &Matching<Known>| {
            let find = |rows| matching.find(rows);
            screening.run(Known::blank(), find).await.unwrap()
        };
        let (few, all) = (matching(1, 0.9), matching(9, 0.0));
        let (skipped, found) = (screen(&few).await, screen(&all).await);
        assert_eq!((skipped.skipped.len(), found.pairs), (1, 1));
        hear((skipped, found, &all, &screening));
    }

    async fn look_at(&self) {
        let (judge, table) = (rules(), self.landing.dataset());
        let audit = judge.table_audit(table).samples(5);
        hear(self.database.audit_table(&audit).await.unwrap());
        let checks = judge.check_constraints(table);
        hear(self.database.add_checks(&checks).await.unwrap());
        let mut profile = Profile::new(Person::COLUMNS);
        for id in 0..9 {
            let person = Person {
                id,
                name: Pii::new(String::from("canary")),
                born: Pii::new(NaiveDate::from_ymd_opt(1815, 12, 10)),
                income: Pii::new(Some(Decimal::from(2_718_281_828_i64))),
            };
            profile.see(&person, &[]);
            hear(&person);
        }
        hear((
            profile.to_string(),
            profile.suggest(),
            profile.columns(),
            &profile,
        ));
    }
}

fn flow() -> Flow {
    Flow::new(Gate::off()).observer(Arc::new(Ear))
}

fn known_as(person: Person, _: &mut Report) -> Option<Known> {
    let Person {
        id,
        name,
        born,
        income,
    } = person;
    Some(Known {
        id,
        name,
        born,
        income,
    })
}

/// What of the database has a canary in it, but for the columns that are for it.
async fn leaks(fresh: &Fresh) -> String {
    let relations = fresh
        .one(
            "SELECT string_agg(format('%I.%I', table_schema, table_name), ' ') FROM information_schema.tables \
             WHERE table_schema IN ('meta', 'bronze', 'silver', 'gold')",
        )
        .await;
    assert!(
        relations.contains("meta.duplicate_candidate")
            && relations.contains("gold.v_executive_summary")
    );
    let mut leaks = Vec::new();
    for relation in relations.split(' ') {
        let meant = match relation.split_once('.') {
            Some(("meta", _)) => "raw, fixed",
            Some(("gold", _)) => "",
            _ => "email, name, born, income",
        };
        let found = format!(
            "SELECT count(*) FROM {relation} AS t WHERE (to_jsonb(t) - '{{{meant}}}'::text[])::text ~* '{CANARIES}'"
        );
        match fresh.one(&found).await.as_str() {
            "0" => {}
            rows => leaks.push(format!("{relation}: {rows} rows")),
        }
    }
    leaks.join(", ")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_gets_out() {
    let (folder, _, files) = month(3_000).await;
    files.iter().for_each(|file| plant(file));
    spoil(folder.path());
    let fresh = Fresh::migrated().await;
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "personal_data::child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(URL, &fresh.url)
        .env(FOLDER, folder.path());
    let said = tokio::task::spawn_blocking(move || child.output())
        .await
        .unwrap()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
    assert!(said.contains("1 passed"), "{said}");
    assert!(!said.to_lowercase().contains("canary"), "{said}");
    assert_eq!(leaks(&fresh).await, "");

    // They were where they may be.
    for planted in [
        "FROM bronze.sales WHERE email LIKE '%canary%'",
        "FROM silver.sales WHERE email LIKE '%canary%'",
        "FROM silver.v_people_current WHERE name LIKE '%canary%'",
        "FROM meta.quarantine WHERE position('canary'::bytea IN fixed) > 0",
        "FROM meta.quarantine WHERE position('canary'::bytea IN raw) > 0 AND violations::text LIKE '%email.format%'",
        "FROM meta.quarantine WHERE position('canary'::bytea IN raw) > 0 AND violations::text LIKE '%byte.utf8%'",
        "FROM meta.quarantine WHERE position('canary'::bytea IN raw) > 0 AND violations::text LIKE '%born.decode%'",
        "FROM meta.quarantine WHERE violations::text LIKE '%region.known%'",
        "FROM meta.quarantine WHERE position('canary'::bytea IN raw) > 0 AND violations::text LIKE '%name.unique%'",
        "FROM meta.quarantine WHERE position('canary'::bytea IN raw) > 0 AND violations::text LIKE '%name.closure%'",
    ] {
        let rows = fresh.one(&format!("SELECT count(*) {planted}")).await;
        assert_ne!(rows, "0", "{planted}");
    }
}
