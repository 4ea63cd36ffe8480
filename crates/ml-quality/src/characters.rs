use std::fmt;

/// Characters that a text may be made of; the empty text is made of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Characters {
    /// 0 to 9
    Digits,
    /// A to Z and a to z
    Letters,
    /// A to Z, a to z and 0 to 9
    Alphanumeric,
    /// ASCII from the blank to the tilde
    Printable,
    /// Anything but the 65 control characters of Unicode (general category Cc)
    NoControls,
}

impl Characters {
    /// All of them.
    pub const ALL: [Characters; 5] = [
        Characters::Digits,
        Characters::Letters,
        Characters::Alphanumeric,
        Characters::Printable,
        Characters::NoControls,
    ];

    /// Their name in a file of rules.
    pub const fn as_str(self) -> &'static str {
        match self {
            Characters::Digits => "digits",
            Characters::Letters => "letters",
            Characters::Alphanumeric => "alphanumeric",
            Characters::Printable => "printable",
            Characters::NoControls => "no_controls",
        }
    }

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Characters::Digits => "digits 0-9",
            Characters::Letters => "letters A-Z and a-z",
            Characters::Alphanumeric => "letters A-Z and a-z and digits",
            Characters::Printable => "printable ASCII",
            Characters::NoControls => "characters that are no controls",
        }
    }

    pub(crate) const fn pattern(self) -> &'static str {
        match self {
            Characters::Digits => "^[0-9]*$",
            Characters::Letters => "^[A-Za-z]*$",
            Characters::Alphanumeric => "^[0-9A-Za-z]*$",
            Characters::Printable => "^[ -~]*$",
            Characters::NoControls => "^[^\u{1}-\u{1f}\u{7f}-\u{9f}]*$",
        }
    }
}

impl fmt::Display for Characters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
