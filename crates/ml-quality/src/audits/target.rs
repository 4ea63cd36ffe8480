use ml_core::{Dataset, Error, Ident, Result};

use crate::ColumnNames;

/// The columns an audit is about, ready for a statement.
pub(super) struct Columns {
    names: Vec<String>,
    quoted: Vec<String>,
}

impl Columns {
    /// At least one.
    pub(super) fn of(columns: impl ColumnNames, audit: &str) -> Result<Self> {
        let names = columns.names();
        if names.is_empty() {
            return Err(Error::contract(format!("{audit} needs columns")));
        }
        let quoted: Result<_> = names.iter().map(|name| quoted(name)).collect();
        Ok(Columns {
            quoted: quoted?,
            names,
        })
    }

    /// Exactly one: its name and its quoted name.
    pub(super) fn one(column: impl ColumnNames, audit: &str) -> Result<(String, String)> {
        let mut columns = Columns::of(column, audit)?;
        match (columns.names.pop(), columns.quoted.pop()) {
            (Some(name), Some(quoted)) if columns.names.is_empty() => Ok((name, quoted)),
            _ => Err(Error::contract(format!("{audit} is about one column"))),
        }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// `a, b`: for people.
    pub(super) fn words(&self) -> String {
        self.names.join(", ")
    }

    pub(super) fn len(&self) -> usize {
        self.quoted.len()
    }

    /// `a_b`: what the audit is named after.
    pub(super) fn title(&self) -> String {
        self.names.join("_")
    }

    /// A form of each, by position and quoted name, joined.
    pub(super) fn each(&self, form: impl Fn(usize, &str) -> String, between: &str) -> String {
        let named = self.quoted.iter().enumerate();
        let forms: Vec<String> = named.map(|(at, name)| form(at, name)).collect();
        forms.join(between)
    }

    /// `r."a", r."b"`
    pub(super) fn list(&self) -> String {
        self.each(|_, name| format!("r.{name}"), ", ")
    }

    /// `r."a" IS NOT NULL AND r."b" IS NOT NULL`
    pub(super) fn known(&self) -> String {
        self.each(|_, name| format!("r.{name} IS NOT NULL"), " AND ")
    }

    /// `o."x" = r."a" AND o."y" = r."b"`
    pub(super) fn equal(&self, other: &Columns) -> String {
        let pairs = self.quoted.iter().zip(&other.quoted);
        let equal: Vec<String> = pairs.map(|(r, o)| format!("o.{o} = r.{r}")).collect();
        equal.join(" AND ")
    }
}

/// A dataset as a relation.
pub(super) fn relation(dataset: &Dataset) -> Result<String> {
    unmarked(dataset.quoted())
}

/// Exact, and so the same in any order of the rows; refuses what is not a number, where a cast would read text.
pub(super) fn number(alias: &str, column: &str) -> String {
    format!("(+{alias}.{column})::numeric")
}

fn quoted(name: &str) -> Result<String> {
    unmarked(Ident::new(name)?.to_string())
}

/// A name that holds the audit's placeholder would be replaced along with it.
pub(super) fn unmarked(sql: String) -> Result<String> {
    match sql.contains("{rows}") {
        true => Err(Error::contract(format!("{sql} cannot be audited"))),
        false => Ok(sql),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_its_place() {
        let columns = Columns::of([r#"a" FROM x; --"#, "b"], "it").unwrap();
        assert_eq!(columns.list(), r#"r."a"" FROM x; --", r."b""#);
        assert!(Columns::of(["{rows}"], "it").is_err());
        assert!(Columns::of([""], "it").is_err());
        assert!(Columns::of(Vec::new(), "it").is_err());
        assert!(relation(&Dataset::of("bronze", "x{rows}")).is_err());
    }

    #[test]
    fn one_is_one() {
        assert_eq!(
            Columns::one("a", "it").unwrap(),
            ("a".into(), "\"a\"".into())
        );
        assert!(Columns::one(["a", "b"], "it").is_err());
        assert!(Columns::one(Vec::new(), "it").is_err());
    }
}
