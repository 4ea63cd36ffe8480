use csv_async::ByteRecord;
use memchr::memchr;
use ml_core::{ColumnDef, Contract};

use crate::Unknown;

/// How many characters of a name, and how many names, an error shows.
const SHOWN: usize = 60;

/// Where the columns of a contract stand in a file, found by name and never by place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heading {
    /// Per column its field; `None` for an optional one that is not there.
    pub(crate) map: Vec<Option<usize>>,
    /// How many fields a record has.
    pub(crate) width: usize,
    /// What the columns are called in the file; without a header, in the contract.
    names: ByteRecord,
    /// The names without which no record is a header.
    required: Vec<String>,
}

/// The header as text, or what is wrong with it and at which byte of it.
pub(crate) fn text(raw: &[u8]) -> Result<&str, (usize, &'static str)> {
    if let Some(at) = memchr(0, raw) {
        return Err((at, "a NUL byte, as UTF-16 and binary files have them"));
    }
    std::str::from_utf8(raw).map_err(|error| (error.valid_up_to(), "a byte that is not UTF-8"))
}

impl Heading {
    /// Finds the columns of `contract` among the names of a header that is text; an error says what is wrong with it.
    pub(crate) fn of(
        fields: &ByteRecord,
        contract: &Contract,
        policy: Unknown,
    ) -> Result<Self, String> {
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
        report_unknown(&names, &map, contract, policy)?;
        Ok(Heading::new(fields.clone(), map, contract))
    }

    /// The columns of `contract` in their order, for a file without a header.
    pub(crate) fn by_place(contract: &Contract) -> Self {
        let names = contract
            .columns
            .iter()
            .map(|column| column.header.as_bytes());
        let map = (0..contract.columns.len()).map(Some).collect();
        Heading::new(names.collect(), map, contract)
    }

    fn new(names: ByteRecord, map: Vec<Option<usize>>, contract: &Contract) -> Self {
        let required = contract
            .columns
            .iter()
            .filter(|column| !may_be_missing(column));
        Heading {
            map,
            width: names.len(),
            names,
            required: required.map(|column| column.header.to_string()).collect(),
        }
    }

    /// Whether a record is this header again.
    #[inline]
    pub(crate) fn is(&self, fields: &ByteRecord) -> bool {
        fields.as_slice() == self.names.as_slice() && *fields == self.names
    }

    /// Whether a record is another header of the same contract: it has every name that is required, and half of
    /// its fields are names, two at least.
    #[inline]
    pub(crate) fn is_like(&self, fields: &ByteRecord) -> bool {
        let has = |name: &String| fields.iter().any(|field| field == name.as_bytes());
        self.required.iter().all(has) && self.has_many_of(fields)
    }

    #[cold]
    fn has_many_of(&self, fields: &ByteRecord) -> bool {
        let is_name = |field: &&[u8]| self.names.iter().any(|name| name == *field);
        let names = fields.iter().filter(is_name).count();
        names >= 2 && names * 2 >= fields.len()
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

fn report_unknown(
    names: &[impl AsRef<str>],
    map: &[Option<usize>],
    contract: &Contract,
    policy: Unknown,
) -> Result<(), String> {
    let unknown = (0..names.len()).filter(|place| !map.contains(&Some(*place)));
    let unknown: Vec<_> = unknown.map(|place| names[place].as_ref()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    if policy == Unknown::Refuse {
        return Err(format!(
            "the header has {}, which {} does not know: add them to the contract, or ignore what is unknown",
            list(&unknown),
            contract.dataset
        ));
    }
    tracing::debug!(columns = ?unknown, "columns that the contract does not know are ignored");
    Ok(())
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
        Heading::of(&ByteRecord::from(names), &contract(), Unknown::Ignore)
            .map(|heading| heading.map)
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
        let error = Heading::of(&fields, &contract, Unknown::Ignore).unwrap_err();
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
        assert!(Heading::of(&ByteRecord::from(vec!["id"]), &contract, Unknown::Ignore).is_err());
    }

    #[test]
    fn only_text_is_a_header() {
        assert_eq!(text("id,größe".as_bytes()), Ok("id,größe"));
        assert_eq!(text(b"id,gr\xf6\xdfe").unwrap_err().0, 5);
        assert_eq!(text(b"i\0d\0").unwrap_err().0, 1);
    }

    /// D2: a frozen contract.
    #[test]
    fn an_unknown_column_is_refused_where_the_contract_is_frozen() {
        let of = |names: Vec<&str>| Heading::of(&names.into(), &contract(), Unknown::Refuse);
        assert!(of(vec!["note", "id"]).is_ok());
        let error = of(vec!["id", "neu"]).unwrap_err();
        assert!(error.contains(r#"has "neu", which bronze.orders does not know"#));
    }

    #[test]
    fn a_header_is_known_again_in_any_order() {
        let heading =
            Heading::of(&vec!["id", "note"].into(), &contract(), Unknown::Ignore).unwrap();
        assert!(heading.is(&vec!["id", "note"].into()));
        assert!(!heading.is(&vec!["idn", "ote"].into()));
        assert!(heading.is_like(&vec!["note", "id"].into()));
        assert!(heading.is_like(&vec!["x", "note", "id"].into()));
        assert!(!heading.is_like(&vec!["id", "7"].into()));
        assert!(!heading.is_like(&vec!["1", "note"].into()));
    }
}
