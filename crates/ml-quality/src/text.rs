//! Text in lower or upper case, compared as it is read: nothing is copied.

use std::borrow::Cow;
use std::cmp::Ordering;

use ml_core::Value;

use crate::Expr;

/// The case in which a text is read: that of the letters A to Z only, all others stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Kept,
    Lower,
    Upper,
}

impl Case {
    #[inline]
    fn of(self, byte: u8) -> u8 {
        match self {
            Case::Kept => byte,
            Case::Lower => byte.to_ascii_lowercase(),
            Case::Upper => byte.to_ascii_uppercase(),
        }
    }

    fn apply(self, text: &str) -> Cow<'_, str> {
        match self {
            Case::Lower if text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                text.to_ascii_lowercase().into()
            }
            Case::Upper if text.bytes().any(|byte| byte.is_ascii_lowercase()) => {
                text.to_ascii_uppercase().into()
            }
            _ => text.into(),
        }
    }
}

impl Expr<usize> {
    /// The outermost case decides: `upper(lower(x))` is `upper(x)`.
    #[inline]
    pub(crate) fn case(&self) -> Case {
        match self {
            Expr::Column(_) | Expr::Literal(_) => Case::Kept,
            Expr::AsciiLower(_) => Case::Lower,
            Expr::AsciiUpper(_) => Case::Upper,
            Expr::Trim(a) => a.case(),
            Expr::Coalesce(all) => all.first().map_or(Case::Kept, Expr::case),
            _ => Case::Kept,
        }
    }

    /// Whether it may stand beside a text in this case: in the same, or a constant that has it already.
    pub(crate) fn is_in(&self, case: Case) -> bool {
        match self {
            Expr::Literal(Value::Text(text)) => case.apply(text) == text.as_str(),
            _ => self.case() == case,
        }
    }
}

/// Text, read in a case.
#[derive(Clone, Copy)]
pub(crate) struct Cased<'a> {
    pub(crate) text: &'a str,
    pub(crate) case: Case,
}

impl<'a> Cased<'a> {
    fn bytes(self) -> impl DoubleEndedIterator<Item = u8> + ExactSizeIterator + 'a {
        self.text.bytes().map(move |byte| self.case.of(byte))
    }

    /// Byte by byte, which is the order of code points.
    #[inline]
    pub(crate) fn order(self, other: Cased<'_>) -> Ordering {
        if self.case == Case::Kept && other.case == Case::Kept {
            return self.text.as_bytes().cmp(other.text.as_bytes());
        }
        self.bytes().cmp(other.bytes())
    }

    pub(crate) fn starts_with(self, part: &str) -> bool {
        self.text.len() >= part.len() && self.bytes().zip(part.bytes()).all(|(a, b)| a == b)
    }

    pub(crate) fn ends_with(self, part: &str) -> bool {
        let mut pairs = self.bytes().rev().zip(part.bytes().rev());
        self.text.len() >= part.len() && pairs.all(|(a, b)| a == b)
    }

    pub(crate) fn contains(self, part: &str) -> bool {
        if self.case == Case::Kept || part.is_empty() {
            return self.text.contains(part);
        }
        let mut windows = self.text.as_bytes().windows(part.len());
        windows.any(|window| {
            let mut pairs = window.iter().zip(part.bytes());
            pairs.all(|(a, b)| self.case.of(*a) == b)
        })
    }

    /// The text itself; copied where a letter changes.
    pub(crate) fn whole(self) -> Cow<'a, str> {
        self.case.apply(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is read in a case is what a copy in that case has.
        #[test]
        fn nothing_need_be_copied(text in "[aAbBzZ éÉß@\\[{]{0,6}", other in "[aAbB é]{0,3}") {
            let copies = [text.clone(), text.to_ascii_lowercase(), text.to_ascii_uppercase()];
            for (case, copy) in [Case::Kept, Case::Lower, Case::Upper].into_iter().zip(copies) {
                let (cased, kept) = (Cased { text: &text, case }, Cased { text: &other, case: Case::Kept });
                prop_assert_eq!(&cased.whole(), &copy);
                prop_assert_eq!(cased.order(kept), copy.cmp(&other));
                prop_assert_eq!(cased.starts_with(&other), copy.starts_with(&other));
                prop_assert_eq!(cased.ends_with(&other), copy.ends_with(&other));
                prop_assert_eq!(cased.contains(&other), copy.contains(&other));
            }
        }
    }
}
