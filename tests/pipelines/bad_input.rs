//! What cannot be read is refused with a reason, in the error and in the ledger.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metalayer::core::{Kind, Silent};
use metalayer::pg::SameName;
use metalayer::prelude::*;

use crate::retail::pipeline::Retail;
use crate::retail::sale::{Sale, bronze_rules};
use crate::support::{Fresh, settings};

const HEADER: &str =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

async fn retail() -> (Fresh, Retail) {
    let fresh = Fresh::migrated().await;
    let retail = Retail::open(&fresh.database, &settings()).await.unwrap();
    (fresh, retail)
}

async fn load(retail: &Retail, path: &Path) -> Result<Outcome> {
    retail
        .bronze(&[path.to_owned()], Arc::new(Silent))
        .await
        .pop()
        .unwrap()
}

fn file(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_an_error_and_a_ledger_row() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let twice = format!("{HEADER},Country\n");
    let without = HEADER.replace("Quantity,", "");
    let cases = [
        (folder.join("missing.csv"), Kind::Source, "missing.csv"),
        (file(folder, "empty.csv", b""), Kind::Source, "empty"),
        (
            file(folder, "without.csv", without.as_bytes()),
            Kind::Contract,
            "Quantity",
        ),
        (
            file(folder, "twice.csv", twice.as_bytes()),
            Kind::Contract,
            "Country",
        ),
        (
            file(folder, "binary.csv", b"\x7fELF\x02\x01\x01\0\0\0\0\n"),
            Kind::Contract,
            "UTF-8",
        ),
    ];
    let (fresh, retail) = retail().await;
    for (path, kind, named) in &cases {
        let error = load(&retail, path).await.unwrap_err();
        assert_eq!(error.kind(), *kind, "{error:?}");
        assert!(error.chain().contains(named), "{error:?}");
        let name = path.file_name().unwrap().to_str().unwrap();
        let ledger = format!(
            "SELECT state || ' ' || (source_sha256 IS NULL) || ' ' || reason FROM meta.load WHERE source = '{name}'"
        );
        let ledger = fresh.one(&ledger).await;
        assert!(
            ledger.starts_with("refused true ") && ledger.contains(named),
            "{ledger}"
        );
    }
    assert_eq!(
        fresh.one("SELECT count(*) FROM meta.load").await,
        cases.len().to_string()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_without_rows_is_a_success() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(
        folder.path(),
        "header.csv",
        format!("{HEADER}\n").as_bytes(),
    );
    let (fresh, retail) = retail().await;
    let outcome = load(&retail, &path).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(receipt) if receipt.card.read == 0));
    assert_eq!(
        fresh
            .one("SELECT state || ' ' || rows_read FROM meta.load")
            .await,
        "applied 0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_record_is_kept_with_everything_about_it() {
    let folder = tempfile::tempdir().unwrap();
    let good = "1,A,\"two\nlines\",1,2024-03-01 10:00:00,1.50,17850.0,France\n".repeat(50);
    let bad = ",B,thing,many,2024-03-01 10:00:00,1.50,,France";
    let path = file(
        folder.path(),
        "bad.csv",
        format!("{HEADER}\n{good}{bad}\n").as_bytes(),
    );
    let (fresh, retail) = retail().await;
    let outcome = load(&retail, &path).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(receipt) if receipt.card.quarantined == 1));
    let held = "SELECT source || ' ' || record_no || ' ' || line_no || ' ' || byte_offset || ' ' || convert_from(raw, 'UTF8') FROM meta.v_quarantine LIMIT 1";
    assert_eq!(
        fresh.one(held).await,
        format!("bad.csv 51 102 {} {bad}", HEADER.len() + 1 + good.len())
    );
    let rules = "SELECT string_agg(rule || ': ' || expected || ', not ' || found, '; ' ORDER BY rule) FROM meta.v_quarantine";
    let rules = fresh.one(rules).await;
    assert!(
        rules.contains("invoice_no.not_blank")
            && rules.contains("quantity.decode")
            && rules.contains("many"),
        "{rules}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_name_with_another_content_follows_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let line = |invoice: u32| {
        format!("{HEADER}\n{invoice},A,thing,1,2024-03-01 10:00:00,1.50,17850.0,France\n")
    };
    let path = file(folder.path(), "day.csv", line(1).as_bytes());
    let (fresh, retail) = retail().await;
    let Outcome::Applied(first) = load(&retail, &path).await.unwrap() else {
        panic!("a new file is applied")
    };
    fs::write(&path, line(2)).unwrap();
    let Outcome::Applied(second) = load(&retail, &path).await.unwrap() else {
        panic!("by default a new version")
    };
    assert_eq!(second.supersedes, Some(first.load));

    fs::write(&path, line(3)).unwrap();
    let table = Table::landing(Contract::of::<Sale>().unwrap());
    let mut strict = Store::new(&fresh.database, &table).same_name(SameName::Refuse);
    let mut feed = CsvFile::<Sale>::new(&path, bronze_rules().build().unwrap());
    let error = Flow::new(Gate::default())
        .run(&mut feed, &mut strict)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert!(error.to_string().contains("another content"), "{error}");
    assert_eq!(
        fresh
            .one("SELECT count(*) FROM meta.load WHERE state = 'refused'")
            .await,
        "1"
    );
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.sales").await, "2");
}

/// A5, C6: what means something to a COPY of text, and what a server would cut, is data as any other.
#[tokio::test(flavor = "multi_thread")]
async fn every_text_arrives_as_it_is() {
    let texts = [
        "\\.",
        "\\N",
        "\\",
        "\\t",
        "a\tb",
        "a\nb",
        "\r\n",
        " ab     ",
        "",
        "NULL",
        "\"",
        "'",
        "\\.\n\\.",
        "{\"\\u0000\":1}",
        "\u{1}\u{7f}\u{85}\u{2028}",
        "k1\u{200b}",
        "\u{202e}txt",
        "e\u{301}",
        "\u{e9}",
        "\u{10ffff}",
        "%s;--",
        "\\x00",
    ];
    let long = "\u{1f600}".repeat(200_000);
    let texts: Vec<&str> = texts.into_iter().chain([long.as_str()]).collect();
    let fresh = Fresh::migrated().await;
    let note = metalayer::core::ColumnDef::of("note", metalayer::core::Type::Text);
    let contract = Contract {
        dataset: "bronze.notes".parse().unwrap(),
        columns: vec![note],
        grain: Vec::new(),
    };
    let contract = Arc::new(contract.checked().unwrap());
    let table = Table::landing((*contract).clone());
    fresh.database.create(&table).await.unwrap();
    // in one column a lone `\.` is the whole line: first, in the middle, last; bare, and in quotes
    let quoted = texts
        .iter()
        .map(|text| format!("\"{}\"", text.replace('"', "\"\"")));
    let lines: Vec<String> = ["\\."]
        .map(String::from)
        .into_iter()
        .chain(quoted)
        .chain(["\\.".into()])
        .collect();
    let any = rule("any", 1, |_: &metalayer::core::Row| true).reading("note");
    let judge = RuleSet::new().quarantine(any).build_for(&contract).unwrap();
    let blank = metalayer::core::Row::new(Arc::clone(&contract));
    let feed = CsvFile::with_contract("notes", contract, blank, judge);
    let mut feed = feed.reading(std::io::Cursor::new(format!("note\n{}", lines.join("\n"))));
    let mut store = Store::new(&fresh.database, &table);
    let outcome = Flow::new(Gate::default())
        .run(&mut feed, &mut store)
        .await
        .unwrap();
    assert_eq!(outcome.receipt().unwrap().card.accepted, lines.len() as u64);
    let client = fresh.database.client().await.unwrap();
    let rows = client
        .query("SELECT note FROM bronze.notes ORDER BY _record_no", &[])
        .await
        .unwrap();
    let stored: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        (stored[0].as_str(), stored[stored.len() - 1].as_str()),
        ("\\.", "\\.")
    );
    assert!(stored[1..stored.len() - 1].iter().eq(&texts));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_not_as_promised_is_found_at_the_start() {
    let (fresh, _) = retail().await;
    fresh.run("ALTER TABLE bronze.sales ALTER COLUMN quantity TYPE text; ALTER TABLE bronze.sales DROP COLUMN country").await;
    let error = Retail::open(&fresh.database, &settings())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    let said = error.to_string();
    assert!(
        said.contains("quantity is text") && said.contains("country is missing"),
        "{said}"
    );
}
