use ml_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::Symbol;
use crate::quoting::Marks;

/// How a CSV file is written; nothing of it is guessed, unless the host asks a [`Sniffer`](crate::Sniffer).
///
/// ```
/// use ml_bronze::{Dialect, Header};
/// let german = Dialect::csv().delimiter(b';').skip_lines(2).footer_lines(1);
/// let bare = Dialect::csv().delimiter(b'\t').quote(None).header(Header::Absent);
/// let read: Dialect = serde_json::from_str(r#"{"delimiter": ";", "skip_lines": 2, "footer_lines": 1}"#)?;
/// assert_eq!(read, german);
/// assert_ne!(read, bare);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dialect {
    delimiter: Symbol,
    quote: Option<Symbol>,
    escape: Option<Symbol>,
    comment: Option<Symbol>,
    header: Header,
    skip_lines: u64,
    footer_lines: u64,
    unknown: Unknown,
}

/// Where a CSV file says what its fields are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Header {
    /// The first record names the columns; they are found by name, never by place.
    #[default]
    Named,
    /// So many records are the header, at least one: the first names the columns, the others (units, types) are skipped.
    Tall(u64),
    /// There is none: the fields are the contract's columns in their order.
    Absent,
}

/// What becomes of a source's columns that the contract does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unknown {
    /// They are not read; a debug event of `tracing` names them.
    #[default]
    Ignore,
    /// The contract is frozen: a file with another column is refused, a JSON object with another key held back.
    Refuse,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect::csv()
    }
}

impl Dialect {
    /// RFC 4180: commas, double quotes that are doubled inside, a header.
    pub const fn csv() -> Self {
        Dialect {
            delimiter: Symbol::of(b','),
            quote: Some(Symbol::of(b'"')),
            escape: None,
            comment: None,
            header: Header::Named,
            skip_lines: 0,
            footer_lines: 0,
            unknown: Unknown::Ignore,
        }
    }

    /// The same dialect with another character between fields.
    pub fn delimiter(mut self, delimiter: impl Into<Symbol>) -> Self {
        self.delimiter = delimiter.into();
        self
    }

    /// The same dialect with other quotes; with `None` a quote is a character as any other.
    pub fn quote(mut self, quote: Option<u8>) -> Self {
        self.quote = quote.map(Symbol::of);
        self
    }

    /// The same dialect with a character that, inside quotes, makes the next one part of the value.
    /// A quote may be doubled all the same.
    pub fn escape(mut self, escape: Option<u8>) -> Self {
        self.escape = escape.map(Symbol::of);
        self
    }

    /// The same dialect with a character at the start of lines that are no records; they have quotes to no effect.
    pub fn comment(mut self, comment: Option<u8>) -> Self {
        self.comment = comment.map(Symbol::of);
        self
    }

    /// The same dialect with another header.
    pub fn header(mut self, header: Header) -> Self {
        self.header = header;
        self
    }

    /// The same dialect with a preamble: so many physical lines, blank ones too, stand before the header.
    pub fn skip_lines(mut self, lines: u64) -> Self {
        self.skip_lines = lines;
        self
    }

    /// The same dialect with a footer: the last so many lines that are not blank are no records. Together they are
    /// at most as long as the longest record.
    pub fn footer_lines(mut self, lines: u64) -> Self {
        self.footer_lines = lines;
        self
    }

    /// The same dialect with a policy for columns that the contract does not know.
    pub fn unknown(mut self, policy: Unknown) -> Self {
        self.unknown = policy;
        self
    }

    /// What has a meaning, for people.
    pub(crate) fn symbols(&self) -> String {
        let or_none =
            |symbol: Option<Symbol>| symbol.map_or("none".into(), |symbol| symbol.to_string());
        let (quote, escape) = (or_none(self.quote), or_none(self.escape));
        format!(
            "delimiter {}, quote {quote}, escape {escape}",
            self.delimiter
        )
    }

    pub(crate) fn marks(&self) -> Marks {
        Marks {
            delimiter: self.delimiter.byte(),
            quote: self.quote.map(Symbol::byte),
            escape: self.escape.map(Symbol::byte),
            comment: self.comment.map(Symbol::byte),
            preamble: self.skip_lines,
            footer: self.footer_lines,
        }
    }

    pub(crate) fn has_delimiter_of(&self, other: &Dialect) -> bool {
        self.delimiter == other.delimiter
    }

    pub(crate) fn head(&self) -> Header {
        self.header
    }

    pub(crate) fn policy(&self) -> Unknown {
        self.unknown
    }

    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when one character would have two meanings, or cannot have one.
    pub(crate) fn check(&self) -> Result<()> {
        let refused = |what: String| Err(Error::contract(format!("the dialect of a CSV: {what}")));
        let symbols = [
            ("delimiter", Some(self.delimiter)),
            ("quote", self.quote),
            ("escape", self.escape),
            ("comment", self.comment),
        ];
        for (at, (role, symbol)) in symbols.iter().enumerate() {
            let Some(symbol) = symbol else { continue };
            if !symbol.is_usable() {
                return refused(format!(
                    "{symbol} cannot be the {role}: expected an ASCII character that ends no line"
                ));
            }
            if let Some((other, _)) = symbols[..at]
                .iter()
                .find(|(_, known)| *known == Some(*symbol))
            {
                return refused(format!(
                    "{symbol} is both {other} and {role}: give each its own (a doubled quote needs no escape)"
                ));
            }
        }
        if self.escape.is_some() && self.quote.is_none() {
            return refused(
                "an escape has its meaning inside quotes, and quoting is off: declare one or none"
                    .into(),
            );
        }
        match self.header {
            Header::Tall(0) => {
                refused("a header of 0 records: say Absent where there is none".into())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ml_core::Kind;

    #[test]
    fn one_character_has_one_meaning() {
        let csv = Dialect::csv;
        assert!(csv().check().is_ok());
        for (dialect, say) in [
            (csv().delimiter(b'"'), "both delimiter and quote"),
            (csv().escape(Some(b'"')), "needs no escape"),
            (csv().delimiter(b'\n'), "'\\n' cannot be the delimiter"),
            (csv().comment(Some(0xe9)), "cannot be the comment"),
            (csv().quote(None).escape(Some(b'\\')), "quoting is off"),
            (csv().header(Header::Tall(0)), "say Absent"),
        ] {
            let error = dialect.check().unwrap_err();
            assert_eq!(error.kind(), Kind::Contract);
            assert!(error.to_string().contains(say), "{error}");
        }
    }

    /// B6: a delimiter of two bytes.
    #[test]
    fn a_wide_delimiter_is_refused_wherever_it_is_declared() {
        let error = ", ".parse::<Symbol>().unwrap_err();
        assert_eq!(error.kind(), Kind::Contract);
        assert!(error.to_string().contains("expected one ASCII character"));
        let read = serde_json::from_str::<Dialect>(r#"{"delimiter": "||"}"#).unwrap_err();
        assert!(
            read.to_string().contains("wider delimiters are not read"),
            "{read}"
        );
        assert!(serde_json::from_str::<Dialect>(r#"{"delimeter": ";"}"#).is_err());
    }

    #[test]
    fn a_dialect_is_written_and_read_back() {
        let dialect = Dialect::csv()
            .delimiter(b'\t')
            .quote(None)
            .header(Header::Tall(2));
        let json = serde_json::to_string(&dialect).unwrap();
        assert_eq!(serde_json::from_str::<Dialect>(&json).unwrap(), dialect);
    }
}
