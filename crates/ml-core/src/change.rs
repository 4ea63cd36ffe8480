use crate::ColumnDef;

/// What one standardiser did to one cell, for whoever asks later why it is not what was received.
///
/// Of a personal column it says that something changed, and never from what to what: old and new are `***`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The column.
    pub column: String,
    /// Name of the standardiser.
    pub standardiser: String,
    /// The text before.
    pub old: String,
    /// The text after; `None` is NULL.
    pub new: Option<String>,
}

impl Change {
    /// The change of a cell from `old` to `new`; `None` where they are the same.
    ///
    /// ```
    /// use ml_core::{Change, ColumnDef, Type};
    /// let mut name = ColumnDef::of("name", Type::Text);
    /// assert_eq!(Change::of(&name, "trim", "Ada", Some("Ada")), None);
    /// assert_eq!(Change::of(&name, "trim", " Ada", Some("Ada")).unwrap().old, " Ada");
    /// name.personal = true;
    /// assert_eq!(Change::of(&name, "trim", " Ada", Some("Ada")).unwrap().old, "***");
    /// ```
    pub fn of(
        column: &ColumnDef,
        standardiser: &str,
        old: &str,
        new: Option<&str>,
    ) -> Option<Self> {
        let shown = |text: &str| match column.personal {
            true => "***".to_owned(),
            false => text.to_owned(),
        };
        (new != Some(old)).then(|| Change {
            column: column.name.to_string(),
            standardiser: standardiser.to_owned(),
            old: shown(old),
            new: new.map(shown),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;

    #[test]
    fn a_cell_tells_its_history_and_a_personal_one_only_that_it_has_one() {
        let mut town = ColumnDef::of("town", Type::Text);
        let change = Change::of(&town, "trim", " Ulm", Some("Ulm")).unwrap();
        assert_eq!(
            (change.column.as_str(), change.old.as_str()),
            ("town", " Ulm")
        );
        assert_eq!(
            (change.standardiser.as_str(), change.new.as_deref()),
            ("trim", Some("Ulm"))
        );
        assert_eq!(Change::of(&town, "blank", "-", None).unwrap().new, None);
        assert_eq!(Change::of(&town, "trim", "Ulm", Some("Ulm")), None);
        town.personal = true;
        let change = Change::of(&town, "trim", " Ulm", Some("Ulm")).unwrap();
        assert!(!format!("{change:?}").contains("Ulm"), "{change:?}");
        assert_eq!(Change::of(&town, "trim", "Ulm", Some("Ulm")), None);
    }
}
