use std::fmt;
use std::sync::OnceLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::check_digits::{is_iban, is_luhn};
use crate::email::{self, is_email};

/// A way in which text is written, by a standard. Letters and digits are those of ASCII; nothing is trimmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// An e-mail address as HTML5 has it; see [`is_email`].
    Email,
    /// An e-mail address that mail is likely to reach: as HTML5 has it, with at most 64 characters before the `@`
    /// and 254 in all (RFC 5321 §4.5.3.1, RFC 3696 erratum 1690), no dot at an end of the local part nor two in a
    /// row (RFC 5322 §3.4.1), and a domain of two labels or more whose last one starts with a letter.
    EmailStrict,
    /// An absolute `http` or `https` address with a host of labels and no user or password (RFC 3986, RFC 9110 §4.2).
    Url,
    /// 32 hexadecimal digits in groups of 8-4-4-4-12, in either case (RFC 9562 §4).
    Uuid,
    /// Four numbers of 0 to 255 without leading zeros (RFC 6943 §3.1.1).
    Ipv4,
    /// An IPv6 address in any of its forms, without a zone (RFC 4291 §2.2).
    Ipv6,
    /// `YYYY-MM-DD`, a day of the Gregorian calendar in the years 1 to 9999 (ISO 8601-1:2019 §5.2.2).
    IsoDate,
    /// `+` and 7 to 15 digits, of which the first is not 0 (ITU-T E.164 §6). Whether anyone answers it does not say.
    Phone,
    /// An account number without blanks whose check digits are right (ISO 13616-1, ISO/IEC 7064 MOD 97-10).
    Iban,
    /// Two digits or more of which the last one is right (ISO/IEC 7812-1 annex B, the Luhn formula).
    Luhn,
}

/// A number of 0 to 255.
macro_rules! octet {
    () => {
        "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    };
}

/// A dotted quad.
macro_rules! quad {
    () => {
        concat!("(?:", octet!(), "[.]){3}", octet!())
    };
}

/// Up to four hexadecimal digits.
macro_rules! hex {
    () => {
        "[0-9A-Fa-f]{1,4}"
    };
}

/// What may stand in a path, a query or a fragment besides `/` and `?`.
macro_rules! pchar {
    ($also:literal) => {
        concat!(
            "(?:[A-Za-z0-9._~!$&'()*+,;=:@",
            $also,
            "-]|%[0-9A-Fa-f]{2})*"
        )
    };
}

const URL: &str = concat!(
    "^[Hh][Tt][Tt][Pp][Ss]?://",
    "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:[.][A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*[.]?",
    "(?::[0-9]{1,5})?(?:/",
    pchar!("/"),
    ")?(?:[?]",
    pchar!("/?"),
    ")?(?:#",
    pchar!("/?"),
    ")?$"
);

/// One `::` stands for what is missing of eight groups, the last two of which may be a dotted quad.
const IPV6: &str = concat!(
    "^(?:(?:",
    hex!(),
    ":){7}",
    hex!(),
    "|(?:",
    hex!(),
    ":){1,7}:",
    "|(?:",
    hex!(),
    ":){1,6}:",
    hex!(),
    "|(?:",
    hex!(),
    ":){1,5}(?::",
    hex!(),
    "){1,2}",
    "|(?:",
    hex!(),
    ":){1,4}(?::",
    hex!(),
    "){1,3}",
    "|(?:",
    hex!(),
    ":){1,3}(?::",
    hex!(),
    "){1,4}",
    "|(?:",
    hex!(),
    ":){1,2}(?::",
    hex!(),
    "){1,5}",
    "|",
    hex!(),
    ":(?::",
    hex!(),
    "){1,6}",
    "|:(?:(?::",
    hex!(),
    "){1,7}|:)",
    "|(?:",
    hex!(),
    ":){6}",
    quad!(),
    "|(?:",
    hex!(),
    ":){1,5}:",
    quad!(),
    "|(?:",
    hex!(),
    ":){1,4}(?::",
    hex!(),
    "){1}:",
    quad!(),
    "|(?:",
    hex!(),
    ":){1,3}(?::",
    hex!(),
    "){1,2}:",
    quad!(),
    "|(?:",
    hex!(),
    ":){1,2}(?::",
    hex!(),
    "){1,3}:",
    quad!(),
    "|",
    hex!(),
    ":(?::",
    hex!(),
    "){1,4}:",
    quad!(),
    "|::(?:",
    hex!(),
    ":){0,5}",
    quad!(),
    ")$"
);

/// The days that every year has, then 29 February of the years that have it.
const ISO_DATE: &str = concat!(
    "^(?:(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-",
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))",
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)$"
);

impl Format {
    /// All of them.
    pub const ALL: [Format; 10] = [
        Format::Email,
        Format::EmailStrict,
        Format::Url,
        Format::Uuid,
        Format::Ipv4,
        Format::Ipv6,
        Format::IsoDate,
        Format::Phone,
        Format::Iban,
        Format::Luhn,
    ];

    /// Whether the text is written so.
    ///
    /// ```
    /// use ml_quality::Format;
    /// assert!(Format::Iban.is_match("GB82WEST12345698765432"));
    /// assert!(!Format::IsoDate.is_match("2026-02-29"));
    /// ```
    pub fn is_match(self, text: &str) -> bool {
        match self {
            Format::Email => is_email(text),
            Format::Iban => is_iban(text),
            Format::Luhn => is_luhn(text),
            _ => self.regexes().iter().all(|regex| regex.is_match(text)),
        }
    }

    /// Its name in a file of rules.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Email => "email",
            Format::EmailStrict => "email_strict",
            Format::Url => "url",
            Format::Uuid => "uuid",
            Format::Ipv4 => "ipv4",
            Format::Ipv6 => "ipv6",
            Format::IsoDate => "iso_date",
            Format::Phone => "phone",
            Format::Iban => "iban",
            Format::Luhn => "luhn",
        }
    }

    /// What a rule expects of it, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Format::Email => "an e-mail address (HTML5)",
            Format::EmailStrict => {
                "an e-mail address that mail can reach (HTML5, RFC 5321, a domain with a dot)"
            }
            Format::Url => "an http or https address (RFC 3986)",
            Format::Uuid => "a UUID (RFC 9562)",
            Format::Ipv4 => "an IPv4 address",
            Format::Ipv6 => "an IPv6 address (RFC 4291)",
            Format::IsoDate => "a date YYYY-MM-DD (ISO 8601)",
            Format::Phone => "a telephone number +… of 7 to 15 digits (E.164)",
            Format::Iban => "an IBAN with its check digits (ISO 13616)",
            Format::Luhn => "digits with their check digit (Luhn)",
        }
    }

    /// Patterns that Rust and PostgreSQL read alike, all of which it matches; check digits are another matter.
    pub(crate) const fn patterns(self) -> &'static [&'static str] {
        match self {
            Format::Email => &[email::PATTERN],
            Format::EmailStrict => &[email::STRICT, "^[^@]{1,64}@", "^.{1,254}$"],
            Format::Url => &[URL],
            Format::Uuid => &["^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"],
            Format::Ipv4 => &[concat!("^", quad!(), "$")],
            Format::Ipv6 => &[IPV6],
            Format::IsoDate => &[ISO_DATE],
            Format::Phone => &["^[+][1-9][0-9]{6,14}$"],
            Format::Iban => &["^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"],
            Format::Luhn => &["^[0-9]{2,}$"],
        }
    }

    #[allow(clippy::expect_used)] // constants, each of which a test compiles
    fn regexes(self) -> &'static [Regex] {
        static READY: [OnceLock<Vec<Regex>>; Format::ALL.len()] =
            [const { OnceLock::new() }; Format::ALL.len()];
        READY[self as usize].get_or_init(|| {
            let compiled = |pattern: &&str| Regex::new(pattern).expect("a constant pattern");
            self.patterns().iter().map(compiled).collect()
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
