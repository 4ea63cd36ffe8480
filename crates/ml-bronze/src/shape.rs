//! How the records of a source are read, written down for the day when they come back from the quarantine.

use ml_core::{Contract, Error, Result, Shape};
use serde::{Deserialize, Serialize};

use crate::{Dialect, Form, Header};

/// What a record is read by that stands alone.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alone {
    /// The form, without what stands before the header and behind the records.
    pub(crate) form: Form,
    /// The record that names the columns, as it is written; empty where there is none.
    pub(crate) header: String,
}

/// The shape of a source in this form with this header.
pub(crate) fn of(form: Form, header: &str) -> Shape {
    let form = match form {
        Form::Csv(dialect) => Form::Csv(bare(dialect)),
        form @ Form::Ndjson(_) => form,
    };
    let header = header.to_owned();
    // of strings and numbers under names everything can be written
    Shape::new(serde_json::to_string(&Alone { form, header }).unwrap_or_default())
}

fn bare(dialect: Dialect) -> Dialect {
    let header = match dialect.head() {
        Header::Absent => Header::Absent,
        Header::Named | Header::Tall(_) => Header::Named,
    };
    dialect.header(header).skip_lines(0).footer_lines(0)
}

/// What a shape says.
///
/// # Errors
/// [`Contract`](ml_core::Kind::Contract) when no feed of this crate has written it.
pub(crate) fn read(shape: &Shape, contract: &Contract) -> Result<Alone> {
    serde_json::from_str(shape.json()).map_err(|cause| {
        let dataset = &contract.dataset;
        let what = format!("cannot read the quarantine of {dataset}: {shape:?} is no shape of it");
        Error::contract(what).because(cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ndjson;
    use ml_core::{ColumnDef, Dataset, Kind, Type};

    fn contract() -> Contract {
        Contract {
            dataset: Dataset::of("bronze", "orders"),
            columns: vec![ColumnDef::of("id", Type::Int8)],
            grain: Vec::new(),
        }
    }

    #[test]
    fn what_stands_around_the_records_is_left_out() {
        let german = Dialect::csv().delimiter(b';').quote(Some(b'\''));
        let around = german.clone().header(Header::Tall(2));
        let shape = of(
            around.skip_lines(3).footer_lines(1).into(),
            "a;'größe \"x\"'",
        );
        let expected = Alone {
            form: german.into(),
            header: String::from("a;'größe \"x\"'"),
        };
        assert_eq!(read(&shape, &contract()).unwrap(), expected);
        let lines = read(&of(Ndjson::lines().into(), ""), &contract()).unwrap();
        assert_eq!(lines.form, Ndjson::lines().into());
    }

    #[test]
    fn a_stranger_is_refused() {
        for stranger in ["", "{}", r#"{"form": {"csv": {}}}"#] {
            let error = read(&Shape::new(stranger), &contract()).unwrap_err();
            assert_eq!(error.kind(), Kind::Contract, "{stranger}");
        }
    }
}
