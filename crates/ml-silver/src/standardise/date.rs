use std::borrow::Cow;

use chrono::NaiveDate;
use ml_core::Result;

use super::blank::trimmed;
use super::formats::Formats;
use super::{Reader, Unread};

/// Reads dates that are written in one of the declared formats (those of [`chrono::format::strftime`]).
///
/// A text that two formats read as two dates is refused, unlike one that they agree on. Years have four digits: that of
/// `1/2/24` is no year under `%Y`; under `%y` it is 2024, and 70 is 1970 (POSIX has 69).
///
/// ```
/// use ml_silver::standardise::{DateFormats, Reader};
///
/// let dates = DateFormats::new(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d"])?;
/// assert_eq!(dates.read(" 31/12/2024")?.to_string(), "2024-12-31");
/// assert_eq!(dates.read("12/31/2024")?.to_string(), "2024-12-31");
/// assert_eq!(dates.read("12/12/2024")?.to_string(), "2024-12-12");
/// assert!(dates.read("03/04/2024").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormats(Formats);

impl DateFormats {
    /// Dates in any of these formats.
    ///
    /// # Errors
    /// [`Config`](ml_core::Kind::Config) that names a format which chrono does not know, and when there is none.
    pub fn new(formats: impl IntoIterator<Item = &'static str>) -> Result<Self> {
        Formats::new("dates", formats).map(DateFormats)
    }
}

impl Reader for DateFormats {
    type Value = NaiveDate;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("date")
    }

    fn read(&self, text: &str) -> std::result::Result<NaiveDate, Unread> {
        let text = trimmed(text);
        let date = self.0.one(|items| {
            let parsed = items.parse(text)?;
            parsed.to_naive_date().ok()
        });
        date.ok_or_else(|| Unread::new(format!("a date written {}", self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(formats: &[&'static str], text: &str) -> Option<String> {
        let dates = DateFormats::new(formats.iter().copied()).unwrap();
        dates.read(text).ok().map(|date| date.to_string())
    }

    #[test]
    fn only_what_was_declared_is_read() {
        assert_eq!(
            read(&["%d %b %Y"], "1 Dec 2010").as_deref(),
            Some("2010-12-01")
        );
        assert_eq!(
            read(&["%d.%m.%y"], "01.02.24").as_deref(),
            Some("2024-02-01")
        );
        for text in [
            "",
            "2010-12-01",
            "30 Feb 2010",
            "1 Dec 2010 x",
            "1 Dec 10",
            "1 Dec 0010",
            "1 Dec +12010",
        ] {
            assert_eq!(read(&["%d %b %Y"], text), None, "{text}");
        }
    }

    #[test]
    fn formats_that_cannot_be_read_are_refused() {
        for format in ["%Q", "%", "%H:%M", "%Y-%m"] {
            assert!(
                DateFormats::new([format]).is_err() || read(&[format], "2010-12").is_none(),
                "{format}"
            );
        }
        assert!(DateFormats::new(["%Q"]).is_err());
        assert!(DateFormats::new([]).is_err());
    }

    #[test]
    fn what_was_expected_is_said() {
        let dates = DateFormats::new(["%d/%m/%Y", "%F"]).unwrap();
        assert_eq!(
            dates.read("x").unwrap_err().expected(),
            "a date written %d/%m/%Y or %F"
        );
    }

    proptest! {
        /// What was read reads as the same again.
        #[test]
        fn a_date_is_read_as_it_was_written(days in 0_i32..2_900_000) {
            let Some(date) = NaiveDate::from_num_days_from_ce_opt(365_243 + days) else { return Ok(()) };
            let dates = DateFormats::new(["%d/%m/%Y", "%Y-%m-%d"]).unwrap();
            prop_assert_eq!(dates.read(&date.format("%d/%m/%Y").to_string()), Ok(date));
            prop_assert_eq!(dates.read(&date.to_string()), Ok(date));
        }

        #[test]
        fn nothing_panics(text in prop_oneof![any::<String>(), "[0-9/-]{0,12}"]) {
            let _ = DateFormats::new(["%d/%m/%Y", "%F", "%d %B %y"]).unwrap().read(&text);
        }
    }
}
