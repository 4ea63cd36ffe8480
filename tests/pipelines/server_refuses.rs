//! C8: what only the server can know refuses a load whole, by its name, and loses nothing.

use std::sync::Arc;

use metalayer::core::{ColumnDef, Fingerprint, Kind, Records, Row, Type, Value};
use metalayer::prelude::*;

use crate::guests::{file, hotel, load, seen, table, written};
use crate::support::Fresh;

/// What is done to the table, what the load then says, and what undoes it.
const CASES: [(&str, &str, &str); 6] = [
    (
        "CREATE FUNCTION bronze.moody() RETURNS trigger LANGUAGE plpgsql AS \
            $$ BEGIN IF NEW.id = 777 THEN RAISE EXCEPTION 'not on a Monday'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER moody BEFORE INSERT ON bronze.guests FOR EACH ROW EXECUTE FUNCTION bronze.moody()",
        "not on a Monday",
        "DROP TRIGGER moody ON bronze.guests",
    ),
    (
        "CREATE TABLE bronze.rooms (id bigint PRIMARY KEY); INSERT INTO bronze.rooms SELECT generate_series(0, 998); \
         ALTER TABLE bronze.guests ADD CONSTRAINT has_room FOREIGN KEY (id) REFERENCES bronze.rooms DEFERRABLE INITIALLY DEFERRED",
        "violates foreign key constraint \"has_room\"",
        "ALTER TABLE bronze.guests DROP CONSTRAINT has_room",
    ),
    (
        "ALTER TABLE bronze.guests ADD CONSTRAINT few CHECK (id < 999)",
        "violates check constraint \"few\"",
        "ALTER TABLE bronze.guests DROP CONSTRAINT few",
    ),
    (
        "CREATE UNIQUE INDEX one_each ON bronze.guests ((id / 2))",
        "violates unique constraint \"one_each\"",
        "DROP INDEX bronze.one_each",
    ),
    (
        "ALTER TABLE bronze.guests ADD CONSTRAINT apart EXCLUDE USING btree ((id / 2) WITH =)",
        "violates exclusion constraint \"apart\"",
        "ALTER TABLE bronze.guests DROP CONSTRAINT apart",
    ),
    (
        "ALTER TABLE bronze.guests RENAME TO all_guests; \
         CREATE TABLE bronze.guests (LIKE bronze.all_guests) PARTITION BY RANGE (id); \
         ALTER TABLE bronze.guests ATTACH PARTITION bronze.all_guests FOR VALUES FROM (0) TO (500)",
        "no partition of relation \"guests\" found for row",
        "CREATE TABLE bronze.late_guests PARTITION OF bronze.guests DEFAULT",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_load_is_refused_whole_and_loads_when_the_cause_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "guests.csv", 1_000);
    let bad = written(folder.path(), "none.csv", "");
    for (hinder, says, undo) in CASES {
        let fresh = hotel().await;
        fresh.run(hinder).await;
        let mut store = Store::new(&fresh.database, &table());
        let error = load(&path, &mut store, Gate::default()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Storage, "{error:?}");
        assert!(error.chain().contains(says), "{}", error.chain());
        assert!(error.to_string().contains("load "), "{error}");
        assert!(!error.chain().contains("guest 7"), "{}", error.chain());
        assert_eq!(seen(&fresh).await, "0", "{says}");
        let ledger = "SELECT count(*) FROM meta.load WHERE state IN ('loading', 'applied')";
        assert_eq!(fresh.one(ledger).await, "0", "{says}");
        // the same store answers for itself, and not for what the server refused
        let none = load(&bad, &mut store, Gate::default()).await.unwrap();
        assert!(matches!(none, Outcome::Applied(receipt) if receipt.card.read == 0));
        fresh.run(undo).await;
        let outcome = load(&path, &mut store, Gate::default()).await.unwrap();
        assert!(matches!(outcome, Outcome::Applied(receipt) if receipt.card.accepted == 1_000));
        assert_eq!(seen(&fresh).await, "1000", "{says}");
    }
}

/// NOT NULL is checked before sending: its record is held back and the others load.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_known_before_costs_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "guests.csv", "1,a,2\n,b,2\n3,c,\n4,d,0\n");
    let fresh = hotel().await;
    let mut store = Store::new(&fresh.database, &table());
    let outcome = load(&path, &mut store, Gate::off()).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(receipt) if receipt.card.accepted == 2));
    assert_eq!(
        fresh
            .one("SELECT string_agg(id::text, ' ' ORDER BY id) FROM bronze.guests")
            .await,
        "1 3"
    );
    let held = "SELECT string_agg(record_no || ' ' || rule, ', ' ORDER BY record_no) FROM meta.v_quarantine";
    assert_eq!(fresh.one(held).await, "2 id.decode, 4 nights.range");
}

/// An index of the host's with an entry above a third of a page.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_entry_above_its_page_refuses_the_load() {
    let folder = tempfile::tempdir().unwrap();
    let hash = |number: u32| Fingerprint::of(number.to_string()).to_string();
    // what has no pattern is not packed
    let noise: String = (0..200).map(hash).collect();
    let path = written(
        folder.path(),
        "guests.csv",
        &format!("1,a,2\n2,{noise},2\n"),
    );
    let fresh = hotel().await;
    fresh
        .run("CREATE INDEX by_name ON bronze.guests (name)")
        .await;
    let mut store = Store::new(&fresh.database, &table());
    let error = load(&path, &mut store, Gate::default()).await.unwrap_err();
    assert!(
        error.chain().contains("(SQLSTATE 54000)"),
        "{}",
        error.chain()
    );
    assert!(!error.chain().contains(&noise[..20]), "{}", error.chain());
    assert_eq!(seen(&fresh).await, "0");
    fresh.run("DROP INDEX bronze.by_name").await;
    load(&path, &mut store, Gate::default()).await.unwrap();
    assert_eq!(
        fresh
            .one("SELECT max(length(name)) FROM bronze.guests")
            .await,
        noise.len().to_string()
    );
}

/// 1,595 columns of a type that may be NULL.
fn wide(ty: Type) -> Arc<Contract> {
    let columns = (0..1_595).map(|number| ColumnDef {
        nullable: true,
        name: format!("c{number}").into(),
        header: format!("c{number}").into(),
        ..ColumnDef::of("", ty)
    });
    let contract = Contract {
        dataset: "bronze.wide".parse().unwrap(),
        columns: columns.collect(),
        grain: Vec::new(),
    };
    Arc::new(contract.checked().unwrap())
}

/// A row above a page is held back before it is sent; the largest that fits is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_above_a_page_costs_its_record() {
    // a header of 224 bytes with a bit for each column, and the two of lineage behind what a value takes
    let room = 8_160 - 224 - 16;
    for (ty, value, bytes) in [
        (Type::Int8, "1", 8),
        (Type::Float8, "1.5", 8),
        (Type::Int4, "7", 4),
        (Type::Date, "2024-02-29", 4),
        (Type::Text, "seven b", 8),
        (Type::Numeric, "-1.50", 7),
        (Type::Numeric, "1234567890123456789012345678", 17),
    ] {
        let contract = wide(ty);
        let fresh = Fresh::migrated().await;
        let table = Table::landing((*contract).clone());
        fresh.database.create(&table).await.unwrap();
        let most = (room / bytes).min(1_594);
        let line = |filled| {
            format!(
                "{}{}",
                vec![value; filled].join(","),
                ",".repeat(1_595 - filled)
            )
        };
        let header: Vec<_> = contract
            .columns
            .iter()
            .map(|column| column.header.as_ref())
            .collect();
        let lines = [1, most, most + 1, 2].map(line).join("\n");
        let any = rule("any", 1, |_: &Row| true).reading("c0");
        let judge = RuleSet::new().quarantine(any).build_for(&contract).unwrap();
        let feed = CsvFile::with_contract(
            "wide.csv",
            Arc::clone(&contract),
            Row::new(Arc::clone(&contract)),
            judge,
        );
        let mut feed = feed.reading(std::io::Cursor::new(format!(
            "{}\n{lines}\n",
            header.join(",")
        )));
        let mut store = Store::new(&fresh.database, &table);
        let outcome = Flow::new(Gate::off())
            .run(&mut feed, &mut store)
            .await
            .unwrap();
        let held = u64::from(room / bytes < 1_595);
        let card = &outcome.receipt().unwrap().card;
        assert_eq!(
            (card.accepted, card.quarantined),
            (4 - held, held),
            "{ty} {value}"
        );
        assert_eq!(card.rules["row.size"].violations, held);
        let seen = fresh
            .one("SELECT string_agg(_record_no::text, ' ' ORDER BY _record_no) FROM bronze.wide")
            .await;
        assert_eq!(
            seen,
            if held == 1 { "1 2 4" } else { "1 2 3 4" },
            "{ty} {value}"
        );
    }
}

/// Who sends such a row all the same is told by the server, and loses nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_above_a_page_refuses_the_load() {
    let contract = wide(Type::Int8);
    let fresh = Fresh::migrated().await;
    let table = Table::landing((*contract).clone());
    fresh.database.create(&table).await.unwrap();
    let row = |filled: usize| {
        let mut row = Row::new(Arc::clone(&contract));
        (0..filled).for_each(|ordinal| row.set(ordinal, Value::Int(1)).unwrap());
        row
    };
    let mut store = Store::new(&fresh.database, &table);
    let flow = Flow::new(Gate::default());
    let mut wide = Records::new("wide", vec![row(9), row(1_595), row(9)]);
    let error = flow.run(&mut wide, &mut store).await.unwrap_err();
    assert!(
        error.chain().contains("row is too big"),
        "{}",
        error.chain()
    );
    assert_eq!(error.kind(), Kind::Storage);
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.wide").await, "0");
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "0");
}
