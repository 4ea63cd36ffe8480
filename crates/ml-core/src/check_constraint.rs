use serde::{Deserialize, Serialize};

use crate::{Dataset, Fingerprint, Ident, Predicate};

/// A rule that a table keeps by itself: a `CHECK` that refuses what violates it, whoever writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckConstraint {
    /// Its name in the catalogue, made from the rule's.
    pub name: Ident,
    /// The table.
    pub dataset: Dataset,
    /// The rule's name.
    pub rule: String,
    /// The condition; as in a rule, NULL passes.
    pub predicate: String,
}

/// How many bytes of a rule's name that is cut stay: 63 less `_` and 16 digits.
const STEM: usize = 46;

impl CheckConstraint {
    /// The constraint that says what the rule says. It has the rule's name, or, where that is no name in SQL (above 63
    /// bytes, say), its beginning and 16 hexadecimal digits of its SHA-256, which keep cut names apart.
    ///
    /// ```
    /// use ml_core::{Action, CheckConstraint, Dataset, Predicate};
    ///
    /// let orders = Dataset::of("shop", "orders");
    /// let rule = Predicate::new("quantity.positive", Action::Quarantine, r#""quantity" > 0"#);
    /// let check = CheckConstraint::new(&orders, &rule);
    /// assert_eq!(check.name.as_str(), "quantity.positive");
    /// ```
    #[expect(
        clippy::expect_used,
        reason = "`cut` leaves 17 to 63 bytes without NUL"
    )]
    pub fn new(dataset: &Dataset, rule: &Predicate) -> Self {
        let name = Ident::new(rule.rule.as_str()).or_else(|_| Ident::new(cut(&rule.rule)));
        CheckConstraint {
            name: name.expect("a name that is cut is a name"),
            dataset: dataset.clone(),
            rule: rule.rule.clone(),
            predicate: rule.sql.clone(),
        }
    }
}

fn cut(rule: &str) -> String {
    let stem = rule.replace('\0', "");
    let stem = &stem[..stem.floor_char_boundary(STEM)];
    let digits = Fingerprint::of(rule).to_string();
    format!("{stem}_{}", &digits[..16])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Action;

    fn name(rule: &str) -> String {
        let rule = Predicate::new(rule, Action::Quarantine, "true");
        let check = CheckConstraint::new(&Dataset::of("a", "b"), &rule);
        check.name.as_str().to_owned()
    }

    #[test]
    fn a_name_that_is_cut_stays_apart() {
        let long = "é".repeat(40);
        assert_eq!(name("é"), "é");
        assert_ne!(name(&format!("{long}a")), name(&format!("{long}b")));
        assert_ne!(name("a\0b"), name("ab\0"));
    }

    proptest! {
        #[test]
        fn every_rule_has_a_name_that_postgresql_does_not_cut(rule in "(?s).{0,90}") {
            prop_assert!((1..=63).contains(&name(&rule).len()));
        }
    }

    #[test]
    fn says_what_the_rule_says_under_a_name_that_begins_as_its_does() {
        let long = format!("quantity.{}", "x".repeat(60));
        let rule = Predicate::new(long.as_str(), Action::Quarantine, "quantity > 0");
        let check = CheckConstraint::new(&Dataset::of("shop", "orders"), &rule);
        assert_eq!(
            (check.rule.as_str(), check.predicate.as_str()),
            (long.as_str(), "quantity > 0")
        );
        let (stem, digits) = check.name.as_str().rsplit_once('_').unwrap();
        assert!(long.starts_with(stem) && stem.len() == 46);
        assert!(digits.len() == 16 && Fingerprint::of(&long).to_string().starts_with(digits));
    }
}
