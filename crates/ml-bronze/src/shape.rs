//! How the records of a file are read, written down for the day when they come back from the quarantine.

use csv_async::ByteRecord;
use ml_core::{Contract, Error, Result, Shape};
use serde_json::{Value, json};

use crate::header::Header;

/// The shape of a file with this header, which is text.
pub(crate) fn of(header: &ByteRecord) -> Shape {
    let names: Vec<_> = header.iter().map(String::from_utf8_lossy).collect();
    Shape::new(json!({ "csv": { "header": names } }).to_string())
}

/// Where the columns of a contract stand in records of a shape.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when no file was read by it, or the contract asks for other columns.
pub(crate) fn header(shape: &Shape, contract: &Contract) -> Result<Header> {
    let read: Option<Value> = serde_json::from_str(shape.json()).ok();
    let names = read
        .as_ref()
        .and_then(|read| read["csv"]["header"].as_array());
    let names: Option<Vec<&str>> =
        names.and_then(|names| names.iter().map(Value::as_str).collect());
    let Some(names) = names else {
        return Err(Error::contract(format!(
            "cannot read the quarantine of {}: {shape:?} is no shape of a CSV file",
            contract.dataset
        )));
    };
    Header::of(&ByteRecord::from(names), contract).map_err(|what| {
        let dataset = &contract.dataset;
        Error::contract(format!("the quarantine of {dataset}: {what}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_core::{ColumnDef, Dataset, Kind, Type};

    #[test]
    fn a_header_comes_back_as_it_was() {
        let contract = Contract {
            dataset: Dataset::of("bronze", "orders"),
            columns: vec![ColumnDef::of("größe \"x\"", Type::Int8)],
            grain: Vec::new(),
        };
        let shape = of(&ByteRecord::from(vec!["a", "größe \"x\""]));
        let found = header(&shape, &contract).unwrap();
        assert_eq!((found.map, found.width), (vec![Some(1)], 2));
        for stranger in [
            "",
            "{}",
            r#"{"csv":{"header":[1]}}"#,
            r#"{"csv":{"header":["a"]}}"#,
        ] {
            let error = header(&Shape::new(stranger), &contract).unwrap_err();
            assert_eq!(error.kind(), Kind::Contract, "{stranger}");
        }
    }
}
