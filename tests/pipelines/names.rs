//! D3: what columns may be called, and how many there may be.

use std::sync::Arc;

use metalayer::core::{ColumnDef, Fields, Kind, Located, Memory, Row, Type};
use metalayer::prelude::*;

use crate::support::Fresh;

fn contract(columns: Vec<ColumnDef>) -> Contract {
    Contract {
        dataset: "bronze.odd".parse().unwrap(),
        columns,
        grain: Vec::new(),
    }
}

fn column(name: &str, header: &str) -> ColumnDef {
    ColumnDef {
        name: name.to_owned().into(),
        header: header.to_owned().into(),
        nullable: true,
        ..ColumnDef::of("", Type::Text)
    }
}

fn named(names: &[&str]) -> Contract {
    contract(names.iter().map(|name| column(name, name)).collect())
}

fn feed(text: String, contract: &Contract) -> CsvFile<Row> {
    let contract = Arc::new(contract.clone());
    let any = rule("any", 1, |_: &Row| true).reading(contract.columns[0].name.as_ref());
    let judge = RuleSet::<Row>::new()
        .quarantine(any)
        .build_for(&contract)
        .unwrap();
    let blank = Row::new(Arc::clone(&contract));
    CsvFile::with_contract("odd.csv", contract, blank, judge).reading(std::io::Cursor::new(text))
}

/// Words that SQL keeps for itself, and names that must be quoted, are names as any other.
#[tokio::test(flavor = "multi_thread")]
async fn words_of_sql_are_names() {
    let names = [
        "select",
        "user",
        "table",
        "ID",
        "id",
        "a b",
        "gr\u{f6}\u{df}e",
        "quo\"te",
        "semi;colon",
        "\u{65e5}\u{672c}",
        "null",
        "ctid2",
    ];
    let contract = named(&names).checked().unwrap();
    let fresh = Fresh::migrated().await;
    let table = Table::landing(contract.clone());
    fresh.database.create(&table).await.unwrap();
    fresh.database.create(&table).await.unwrap();
    let header: Vec<_> = names
        .iter()
        .map(|name| format!("\"{}\"", name.replace('"', "\"\"")))
        .collect();
    let values: Vec<_> = (0..names.len())
        .map(|number| format!("v{number}"))
        .collect();
    let mut feed = feed(
        format!("{}\n{}\n", header.join(","), values.join(",")),
        &contract,
    );
    let mut store = Store::new(&fresh.database, &table);
    Flow::new(Gate::default())
        .run(&mut feed, &mut store)
        .await
        .unwrap();
    for (name, value) in header.iter().zip(&values) {
        assert_eq!(
            fresh.one(&format!("SELECT {name} FROM bronze.odd")).await,
            *value
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_postgresql_would_cut_is_refused_before_any_ddl() {
    let long = |end: &str| format!("{}{end}", "n".repeat(69));
    let (one, other) = (long("1"), long("2"));
    for names in [
        vec![one.as_str(), other.as_str()],
        vec![""],
        vec!["a\0b"],
        vec!["_load_id"],
        vec!["a", "a"],
    ] {
        let error = named(&names).checked().unwrap_err();
        assert_eq!(error.kind(), Kind::Contract, "{error:?}");
    }
    // 32 characters of two bytes each
    let wide = "\u{fc}".repeat(32);
    assert!(named(&[&wide]).checked().is_err() && named(&[&wide[2..]]).checked().is_ok());
    // what the file calls them may be as long and as alike as it likes
    let contract = contract(vec![column("one", &one), column("other", &other)])
        .checked()
        .unwrap();
    let fresh = Fresh::migrated().await;
    let table = Table::landing(contract.clone());
    fresh.database.create(&table).await.unwrap();
    let mut feed = feed(format!("{other},{one}\nb,a\n"), &contract);
    let mut store = Store::new(&fresh.database, &table);
    Flow::new(Gate::default())
        .run(&mut feed, &mut store)
        .await
        .unwrap();
    assert_eq!(fresh.one("SELECT one || other FROM bronze.odd").await, "ab");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_columns_than_a_table_can_have_are_refused_before_any_ddl() {
    let names: Vec<_> = (0..1_601).map(|number| format!("c{number}")).collect();
    let of = |count: usize| {
        named(
            &names[..count]
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )
    };
    for count in [0, 1_596, 1_601] {
        let error = of(count).checked().unwrap_err();
        assert!(error.to_string().contains("expected 1 to 1595"), "{error}");
    }
    let fresh = Fresh::migrated().await;
    fresh
        .database
        .create(&Table::landing(of(1_595).checked().unwrap()))
        .await
        .unwrap();
    // a contract that nobody checked gets no further than the server, and leaves nothing behind
    let unchecked = Contract {
        dataset: "lost.odd".parse().unwrap(),
        ..of(1_601)
    };
    let error = fresh
        .database
        .create(&Table::landing(unchecked))
        .await
        .unwrap_err();
    assert!(error.chain().contains("54011"), "{}", error.chain());
    assert_eq!(
        fresh
            .one("SELECT count(*) FROM pg_namespace WHERE nspname = 'lost'")
            .await,
        "0"
    );
}

/// A file may have more columns than any table: those of the contract are found among them.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_be_wider_than_its_contract() {
    let names: Vec<_> = (0..1_601).map(|number| format!("c{number}")).collect();
    let values: Vec<_> = (0..1_601).map(|number| number.to_string()).collect();
    let contract = named(&["c1600", "c7"]).checked().unwrap();
    let mut feed = feed(
        format!("{}\n{}\n", names.join(","), values.join(",")),
        &contract,
    );
    let mut store = Memory::<Row>::default();
    Flow::new(Gate::default())
        .run::<Vec<Located<Row>>, _, _>(&mut feed, &mut store)
        .await
        .unwrap();
    let row = &store.rows()[0].record;
    let texts = [0, 1].map(|ordinal| row.field(ordinal).to_value());
    assert_eq!(
        texts,
        [String::from("1600").into(), String::from("7").into()]
    );
}
