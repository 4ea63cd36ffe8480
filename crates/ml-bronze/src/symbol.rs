use std::fmt;
use std::str::FromStr;

use ml_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// One character that has a meaning in a CSV file, such as its delimiter; it is one byte wide.
///
/// ```
/// use ml_bronze::Symbol;
/// assert_eq!("\t".parse::<Symbol>()?, Symbol::from(b'\t'));
/// assert!("||".parse::<Symbol>().is_err());
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Symbol(u8);

impl Symbol {
    pub(crate) const fn byte(self) -> u8 {
        self.0
    }

    pub(crate) const fn of(byte: u8) -> Self {
        Symbol(byte)
    }

    /// Whether no other character of UTF-8 text has this byte, and no line ends with it.
    pub(crate) const fn is_usable(self) -> bool {
        self.0.is_ascii() && !matches!(self.0, b'\r' | b'\n' | 0)
    }
}

impl From<u8> for Symbol {
    fn from(byte: u8) -> Self {
        Symbol(byte)
    }
}

impl FromStr for Symbol {
    type Err = Error;

    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when the text is not one ASCII character.
    fn from_str(text: &str) -> Result<Self> {
        match text.as_bytes() {
            [byte] if byte.is_ascii() => Ok(Symbol(*byte)),
            _ => Err(Error::contract(format!(
                "{text:?} cannot be a symbol of a CSV dialect: expected one ASCII character; \
                 wider delimiters are not read, have the file written with a narrower one"
            ))),
        }
    }
}

impl TryFrom<String> for Symbol {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> String {
        char::from(symbol.0).to_string()
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&char::from(self.0), f)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
