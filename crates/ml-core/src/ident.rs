use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// PostgreSQL cuts longer names silently, so they are refused.
const MAX_BYTES: usize = 63;

/// A SQL identifier; displays quoted, so that no name can leave its place in a statement.
///
/// ```
/// let name = ml_core::Ident::new("total \"net\"")?;
/// assert_eq!(name.to_string(), r#""total ""net""""#);
/// assert!(ml_core::Ident::new("x".repeat(64)).is_err());
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ident(Cow<'static, str>);

impl Ident {
    /// A checked name; [`Contract`](crate::Kind::Contract) error when empty, above 63 bytes or with a NUL.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        if name.is_empty() || name.len() > MAX_BYTES || name.contains('\0') {
            return Err(Error::contract(format!(
                "{name:?} cannot name a table or column: 1 to {MAX_BYTES} bytes without NUL are expected"
            )));
        }
        Ok(Ident(Cow::Owned(name)))
    }

    /// A name known at compile time.
    ///
    /// # Panics
    /// When the name is empty or above 63 bytes; in a constant that is a compile error.
    pub const fn of(name: &'static str) -> Self {
        assert!(
            !name.is_empty() && name.len() <= MAX_BYTES,
            "a SQL name has 1 to 63 bytes"
        );
        Ident(Cow::Borrowed(name))
    }

    /// The name without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

impl TryFrom<String> for Ident {
    type Error = Error;
    fn try_from(name: String) -> Result<Self> {
        Ident::new(name)
    }
}

impl From<Ident> for String {
    fn from(name: Ident) -> String {
        name.0.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// P9: a quoted name reads back as itself, or is refused.
        #[test]
        fn quoted_name_reads_back(name in "\\PC{0,80}") {
            if let Ok(ident) = Ident::new(name.clone()) {
                let quoted = ident.to_string();
                let inner = &quoted[1..quoted.len() - 1];
                prop_assert!(!inner.replace("\"\"", "").contains('"'));
                prop_assert_eq!(inner.replace("\"\"", "\""), name);
            } else {
                prop_assert!(name.is_empty() || name.len() > 63 || name.contains('\0'));
            }
        }
    }

    #[test]
    fn the_longest_name_has_63_bytes() {
        assert!(Ident::new("é".repeat(31)).is_ok());
        assert!(Ident::new("é".repeat(32)).is_err());
        assert!(Ident::new("").is_err() && Ident::new("a\0b").is_err());
        let error = Ident::new("x".repeat(64)).unwrap_err();
        assert!(
            error.to_string().contains("1 to 63 bytes without NUL"),
            "{error}"
        );
        const LONG: &str = "x23456789012345678901234567890123456789012345678901234567890123";
        assert_eq!(Ident::of(LONG), Ident::new(LONG).unwrap());
    }

    #[test]
    #[should_panic(expected = "1 to 63 bytes")]
    fn a_name_of_the_program_that_is_empty_stops_it() {
        Ident::of("");
    }

    #[test]
    #[should_panic(expected = "1 to 63 bytes")]
    fn a_name_of_the_program_that_is_too_long_stops_it() {
        Ident::of("x234567890123456789012345678901234567890123456789012345678901234");
    }

    #[test]
    fn is_kept_without_quotes() {
        let name = Ident::of("total \"net\"");
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(json, r#""total \"net\"""#);
        assert_eq!(serde_json::from_str::<Ident>(&json).unwrap(), name);
        assert!(serde_json::from_str::<Ident>("\"\"").is_err());
    }
}
