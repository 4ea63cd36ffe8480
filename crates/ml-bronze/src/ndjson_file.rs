use crate::{Ndjson, SourceFile};

/// A feed over one file of JSON objects, one a line: its records read, decoded and judged, each with its line and byte.
///
/// Columns are found by the keys, which are their names in the source; [`Ndjson`] says how values are taken. What the
/// reader itself holds back has these rules:
///
/// * `json.syntax`: a line that is not one JSON object, or has a key of the contract twice.
/// * `json.nested`: an object or an array in a column that is not text.
/// * `json.unknown`: a key that the contract does not know, where it is frozen.
/// * `json.size`: a line above 16 MiB, or a value above 1 MiB.
/// * `byte.utf8`: a line that is not UTF-8; `byte.nul`: a value with a NUL; `byte.bom`: a mark in mid-file.
/// * `<column>.decode`: a value that is none of its column's type, or NULL where that may not be.
/// * `row.size`: of some 330 columns and more, a record whose row no page of PostgreSQL has room for.
///
/// ```
/// # use ml_bronze::NdjsonFile;
/// # use ml_core::{Flow, Gate, Memory, Record};
/// # use ml_quality::{ColumnRules, RuleSet};
/// # #[derive(Debug, Clone, Record)]
/// # #[record(dataset = "bronze.orders")]
/// # struct Order { #[column(critical)] id: i64, price: rust_decimal::Decimal, note: Option<String> }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let lines = r#"{"id": 1, "price": 0.10, "note": null}
/// {"price": 12345678901234567890.12345678, "id": 2, "more": [1, 2]}
/// {"id": 3, "price": "x"}"#;
/// let judge = RuleSet::<Order>::new().quarantine(Order::ID.at_least(1)).build()?;
/// let mut feed = NdjsonFile::new("standard input", judge).reading(lines.as_bytes());
/// let mut store = Memory::<Order>::default();
/// Flow::new(Gate::off()).run(&mut feed, &mut store).await?;
/// assert_eq!(store.rows()[1].record.price.to_string(), "12345678901234567890.12345678");
/// assert_eq!(store.held()[0].violations[0].rule, "price.decode");
/// # Ok::<(), ml_core::Error>(()) }).unwrap();
/// ```
pub type NdjsonFile<R> = SourceFile<R, Ndjson>;
