use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

/// How a text is encoded as bytes. What is not declared is UTF-8, or what a byte order mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16 with the low byte first, which spreadsheets call Unicode.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16 with the high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// Windows-1252 as in the WHATWG Encoding Standard: Western European, with `€` at 80.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// ISO 8859-1: every byte is the character of that number.
    #[serde(rename = "iso-8859-1")]
    Latin1,
}

impl Encoding {
    /// What the first bytes of a text say by a mark, or why nothing is to be made of them.
    pub(crate) fn of(head: &[u8]) -> Result<Self, &'static str> {
        match head {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
                Err("it starts with the mark of UTF-32")
            }
            [0xff, 0xfe, ..] => Ok(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => Ok(Encoding::Utf16Be),
            _ if is_like_utf16(head) => Err("every other byte is NUL, as in UTF-16 without a mark"),
            _ => Ok(Encoding::Utf8),
        }
    }

    /// A decoder that takes a mark at the start for none of the text; `None` where bytes are characters by number.
    pub(crate) fn decoder(self) -> Option<Decoder> {
        let encoding = match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Utf16Le => UTF_16LE,
            Encoding::Utf16Be => UTF_16BE,
            Encoding::Windows1252 => WINDOWS_1252,
            Encoding::Latin1 => return None,
        };
        Some(encoding.new_decoder_with_bom_removal())
    }
}

/// Whether a quarter of the bytes are NULs that stand at even places only, or at odd ones only, as in UTF-16 of
/// languages with alphabets. What this misses a header still gives away: its delimiters have a NUL each.
fn is_like_utf16(head: &[u8]) -> bool {
    let odd = memchr::memchr_iter(0, head)
        .filter(|at| at % 2 == 1)
        .count();
    let nuls = memchr::memchr_iter(0, head).count();
    nuls >= 4 && nuls * 4 >= head.len() && (odd == 0 || odd == nuls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_believed_and_nuls_are_suspect() {
        assert_eq!(Encoding::of(b"\xff\xfei\0"), Ok(Encoding::Utf16Le));
        assert_eq!(Encoding::of(b"\xfe\xff\0i"), Ok(Encoding::Utf16Be));
        assert_eq!(Encoding::of(b"\xef\xbb\xbfi"), Ok(Encoding::Utf8));
        assert_eq!(Encoding::of(b"id,note\n1,\0a\n"), Ok(Encoding::Utf8));
        assert_eq!(Encoding::of(b""), Ok(Encoding::Utf8));
        assert_eq!(Encoding::of(b"i\0\0d\0\0\0"), Ok(Encoding::Utf8));
        assert!(Encoding::of(b"i\0d\0,\0n\0").is_err());
        assert!(Encoding::of(b"\0i\0d\0,\0n").is_err());
        assert!(Encoding::of(b"\xff\xfe\0\0i\0\0\0").is_err());
    }

    #[test]
    fn the_names_are_those_of_the_standards() {
        for (encoding, name) in [
            (Encoding::Utf8, "utf-8"),
            (Encoding::Utf16Le, "utf-16le"),
            (Encoding::Windows1252, "windows-1252"),
            (Encoding::Latin1, "iso-8859-1"),
        ] {
            assert_eq!(
                serde_json::to_string(&encoding).unwrap(),
                format!("{name:?}")
            );
        }
    }
}
