use ml_core::Column;

use crate::{Characters, ColumnRules, Format, Pattern, Rule, Text, catalogue};

/// Rules of columns of text.
#[allow(clippy::wrong_self_convention)] // a handle is two words and `Copy`: rules take it by value
pub trait TextRules<T, V: Text>: ColumnRules<T, V> {
    /// Neither NULL nor empty nor white space only; named `<column>.not_blank`.
    fn not_blank(self) -> Rule {
        catalogue::not_blank(self.name())
    }

    /// Written as the format says; named `<column>.format`.
    fn is(self, format: Format) -> Rule {
        catalogue::format(self.name(), format)
    }

    /// An e-mail address as HTML5 defines it, which the empty text is not; named `<column>.format`.
    ///
    /// [`Format::EmailStrict`] asks for more.
    fn is_email(self) -> Rule {
        self.is(Format::Email)
    }

    /// A country code of ISO 3166-1 alpha-2, in capitals; named `<column>.format`.
    fn is_country(self) -> Rule {
        catalogue::country(self.name())
    }

    /// A country code of ISO 3166-1 alpha-3, in capitals; named `<column>.format`.
    fn is_country_alpha3(self) -> Rule {
        catalogue::country_alpha3(self.name())
    }

    /// A currency code of ISO 4217, in capitals; named `<column>.format`.
    fn is_currency(self) -> Rule {
        catalogue::currency(self.name())
    }

    /// Text in which the pattern is found: all of it between `^` and `$` only; named `<column>.matches`.
    fn matches(self, pattern: impl Into<Pattern>) -> Rule {
        catalogue::matches(self.name(), pattern.into())
    }

    /// Text that starts with this one; named `<column>.starts_with`.
    fn starts_with(self, part: impl Into<String>) -> Rule {
        catalogue::starts_with(self.name(), part.into())
    }

    /// Text that ends with this one; named `<column>.ends_with`.
    fn ends_with(self, part: impl Into<String>) -> Rule {
        catalogue::ends_with(self.name(), part.into())
    }

    /// Text with this one somewhere in it; named `<column>.contains`.
    fn contains(self, part: impl Into<String>) -> Rule {
        catalogue::contains(self.name(), part.into())
    }

    /// At least `min` and at most `max` Unicode scalar values; named `<column>.length`.
    fn length(self, min: u32, max: u32) -> Rule {
        catalogue::length(self.name(), min, max)
    }

    /// Made of these characters only; named `<column>.characters`.
    fn only(self, characters: Characters) -> Rule {
        catalogue::only(self.name(), characters)
    }

    /// Without the letters A to Z; named `<column>.lower_case`.
    fn lower_case(self) -> Rule {
        catalogue::lower_case(self.name())
    }

    /// Without the letters a to z; named `<column>.upper_case`.
    fn upper_case(self) -> Rule {
        catalogue::upper_case(self.name())
    }

    /// Without white space (Unicode's `White_Space`) at its ends; named `<column>.trimmed`.
    fn trimmed(self) -> Rule {
        catalogue::trimmed(self.name())
    }
}

impl<T, V: Text> TextRules<T, V> for Column<T, V> {}
