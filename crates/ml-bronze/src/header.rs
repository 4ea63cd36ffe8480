use csv_async::ByteRecord;
use memchr::memchr;
use ml_core::{ColumnDef, Contract};

/// How many characters of a name, and how many names, an error shows.
const SHOWN: usize = 60;

/// Where the columns of a contract stand in a file, found by name and never by place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// Per column its field; `None` for an optional one that is not there.
    pub(crate) map: Vec<Option<usize>>,
    /// How many fields a record has.
    pub(crate) width: usize,
}

/// The header as text, or what is wrong with it and at which byte of it.
pub(crate) fn text(raw: &[u8]) -> Result<&str, (usize, &'static str)> {
    if raw.starts_with(b"\xff\xfe") || raw.starts_with(b"\xfe\xff") {
        return Err((0, "it starts with the mark of UTF-16"));
    }
    if let Some(at) = memchr(0, raw) {
        return Err((at, "a NUL byte, as UTF-16 and binary files have them"));
    }
    std::str::from_utf8(raw).map_err(|error| (error.valid_up_to(), "a byte that is not UTF-8"))
}

impl Header {
    /// Finds the columns of `contract` among the names of a header that is text; an error says what is wrong with it.
    pub(crate) fn of(fields: &ByteRecord, contract: &Contract) -> Result<Self, String> {
        let names: Vec<_> = fields.iter().map(String::from_utf8_lossy).collect();
        let find = |column: &ColumnDef| names.iter().position(|name| *name == column.header);
        let map: Vec<_> = contract.columns.iter().map(find).collect();
        let columns = || contract.columns.iter().zip(&map);
        let missing: Vec<_> = columns()
            .filter(|(column, place)| place.is_none() && !may_be_missing(column))
            .map(|(column, _)| format!("{:?}", column.header))
            .collect();
        if !missing.is_empty() {
            let found = columns().any(|(_, place)| place.is_some());
            return Err(not_there(&missing, &names, contract, found));
        }
        if let Some(twice) = twice(&names, contract) {
            return Err(format!(
                "the header names {twice:?} twice: rename or remove one of the two"
            ));
        }
        report_unknown(&names, &map);
        let width = names.len();
        Ok(Header { map, width })
    }
}

/// Without a NULL to put in its place, a column is needed whatever the contract says of it.
fn may_be_missing(column: &ColumnDef) -> bool {
    column.optional && column.nullable
}

fn not_there(
    missing: &[String],
    names: &[impl AsRef<str>],
    contract: &Contract,
    is_header: bool,
) -> String {
    let personal = contract.columns.iter().any(|column| column.personal);
    // a file without a header starts with data, which an error must not show
    let found = match is_header || !personal {
        true => list(names),
        false => format!("{} fields, none of them a column: not shown", names.len()),
    };
    format!(
        "the header lacks {}, required by {}; it has {found}: add the column, or declare it optional",
        missing.join(", "),
        contract.dataset
    )
}

fn list(names: &[impl AsRef<str>]) -> String {
    let short = |name: &str| name.chars().take(SHOWN).collect::<String>();
    let shown = names.iter().take(SHOWN);
    let mut list: Vec<_> = shown
        .map(|name| format!("{:?}", short(name.as_ref())))
        .collect();
    if names.len() > SHOWN {
        list.push(format!("and {} more", names.len() - SHOWN));
    }
    list.join(", ")
}

/// Spreadsheets leave columns without a name behind; they are nobody's, unless the contract asks for one.
fn twice<'a>(names: &'a [impl AsRef<str>], contract: &Contract) -> Option<&'a str> {
    let wanted = |name: &str| contract.columns.iter().any(|column| column.header == name);
    let mut seen = std::collections::HashSet::new();
    let mut names = names.iter().map(AsRef::as_ref);
    names.find(|name| !seen.insert(*name) && (!name.is_empty() || wanted(name)))
}

fn report_unknown(names: &[impl AsRef<str>], map: &[Option<usize>]) {
    let unknown = (0..names.len()).filter(|place| !map.contains(&Some(*place)));
    let unknown: Vec<_> = unknown.map(|place| names[place].as_ref()).collect();
    if !unknown.is_empty() {
        tracing::debug!(columns = ?unknown, "columns that the contract does not know are ignored");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> Contract {
        let mut note = ColumnDef::of("note", ml_core::Type::Text);
        (note.optional, note.nullable) = (true, true);
        Contract {
            dataset: ml_core::Dataset::of("bronze", "orders"),
            columns: vec![ColumnDef::of("id", ml_core::Type::Int8), note],
            grain: Vec::new(),
        }
    }

    fn map(names: &[&str]) -> Result<Vec<Option<usize>>, String> {
        Header::of(&ByteRecord::from(names), &contract()).map(|header| header.map)
    }

    #[test]
    fn columns_are_found_by_name() {
        assert_eq!(map(&["note", "x", "id"]), Ok(vec![Some(2), Some(0)]));
        assert_eq!(map(&["id", "", ""]), Ok(vec![Some(0), None]));
    }

    #[test]
    fn a_missing_column_is_named_and_what_is_there_listed() {
        let error = map(&["ID", "note"]).unwrap_err();
        assert!(
            error.contains(r#"lacks "id", required by bronze.orders; it has "ID", "note""#),
            "{error}"
        );
        assert!(map(&["id", "x", "x"]).unwrap_err().contains(r#""x" twice"#));
    }

    #[test]
    fn what_may_be_data_is_not_shown() {
        let mut contract = contract();
        contract.columns[0].personal = true;
        let fields = ByteRecord::from(vec!["canary", "canary"]);
        let error = Header::of(&fields, &contract).unwrap_err();
        assert!(!error.contains("canary") && error.contains("2 fields"));
    }

    #[test]
    fn a_long_list_is_cut() {
        let names = vec!["n".repeat(99); 99];
        assert!(list(&names).len() < 4_000);
        assert!(list(&names).ends_with("and 39 more"));
    }

    #[test]
    fn a_column_that_cannot_be_null_must_be_there() {
        let mut contract = contract();
        contract.columns[1].nullable = false;
        assert!(Header::of(&ByteRecord::from(vec!["id"]), &contract).is_err());
    }

    #[test]
    fn only_text_is_a_header() {
        assert_eq!(text("id,größe".as_bytes()), Ok("id,größe"));
        assert_eq!(text(b"id,gr\xf6\xdfe").unwrap_err().0, 5);
        assert_eq!(text(b"i\0d\0").unwrap_err().0, 1);
        assert!(text(b"\xff\xfei\0").unwrap_err().1.contains("UTF-16"));
    }
}
