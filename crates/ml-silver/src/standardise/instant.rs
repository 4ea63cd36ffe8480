use std::borrow::Cow;

use chrono::format::Parsed;
use chrono::{DateTime, LocalResult, NaiveDateTime, NaiveTime, TimeZone, Utc};
use ml_core::Result;

use super::blank::trimmed;
use super::formats::Formats;
use super::{Reader, Unread};

/// Reads instants that are written in one of the declared formats (those of [`chrono::format::strftime`]), as UTC.
///
/// A text with an offset (`%z`) says which instant it is; one without is a time of the declared zone, such as
/// `chrono_tz::Europe::London`, and one without a time of day is midnight there. A time that clocks skip in spring is
/// none. One that they show twice in autumn is refused unless [`overlap`](Self::overlap) says which is meant.
///
/// ```
/// use chrono_tz::Europe::London;
/// use ml_silver::standardise::{InstantFormats, Overlap, Reader};
///
/// let london = InstantFormats::new(["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S%:z"], London)?;
/// assert_eq!(london.read("01/07/2024 12:00")?.to_string(), "2024-07-01 11:00:00 UTC");
/// assert_eq!(london.read("2024-07-01T12:00:00+05:00")?.to_string(), "2024-07-01 07:00:00 UTC");
/// assert!(london.read("31/03/2024 01:30").is_err(), "clocks went from 01:00 to 02:00");
/// assert!(london.read("27/10/2024 01:30").is_err(), "clocks showed it twice");
/// let earlier = london.overlap(Overlap::Earlier);
/// assert_eq!(earlier.read("27/10/2024 01:30")?.to_string(), "2024-10-27 00:30:00 UTC");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstantFormats<Z> {
    formats: Formats,
    zone: Z,
    overlap: Overlap,
}

/// Which instant is meant by a time that clocks show twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// None: it is not known.
    Refused,
    /// The first, still in summer time.
    Earlier,
    /// The second.
    Later,
}

impl<Z: TimeZone> InstantFormats<Z> {
    /// Instants in any of these formats, in this zone where they have no offset.
    ///
    /// # Errors
    /// [`Config`](ml_core::Kind::Config) that names a format which chrono does not know, and when there is none.
    pub fn new(formats: impl IntoIterator<Item = &'static str>, zone: Z) -> Result<Self> {
        Ok(InstantFormats {
            formats: Formats::new("instants", formats)?,
            zone,
            overlap: Overlap::Refused,
        })
    }

    /// Which instant is meant by a time that clocks show twice.
    pub fn overlap(self, overlap: Overlap) -> Self {
        InstantFormats { overlap, ..self }
    }

    fn instant(&self, parsed: &Parsed) -> Option<DateTime<Utc>> {
        if parsed.offset().is_some() || parsed.timestamp().is_some() {
            return parsed.to_datetime().ok().map(|at| at.to_utc());
        }
        let time = match parsed.hour_mod_12() {
            None => NaiveTime::MIN,
            Some(_) => parsed.to_naive_time().ok()?,
        };
        self.local(parsed.to_naive_date().ok()?.and_time(time))
    }

    fn local(&self, clock: NaiveDateTime) -> Option<DateTime<Utc>> {
        let at = match (self.zone.from_local_datetime(&clock), self.overlap) {
            (LocalResult::Single(at), _) => Some(at),
            (LocalResult::Ambiguous(earlier, _), Overlap::Earlier) => Some(earlier),
            (LocalResult::Ambiguous(_, later), Overlap::Later) => Some(later),
            (LocalResult::Ambiguous(..) | LocalResult::None, _) => None,
        };
        at.map(|at| at.to_utc())
    }
}

impl<Z: TimeZone> Reader for InstantFormats<Z> {
    type Value = DateTime<Utc>;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("instant")
    }

    fn read(&self, text: &str) -> std::result::Result<DateTime<Utc>, Unread> {
        let text = trimmed(text);
        let instant = self
            .formats
            .one(|format| self.instant(&format.parse(text)?));
        instant.ok_or_else(|| Unread::new(format!("one instant written {}", self.formats)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;
    use chrono_tz::Tz;
    use proptest::prelude::*;

    fn berlin(overlap: Overlap) -> InstantFormats<Tz> {
        let formats = ["%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%+"];
        InstantFormats::new(formats, Berlin)
            .unwrap()
            .overlap(overlap)
    }

    fn read(overlap: Overlap, text: &str) -> Option<String> {
        let instant = berlin(overlap).read(text).ok()?;
        Some(instant.format("%F %T").to_string())
    }

    #[test]
    fn clocks_that_change_are_not_guessed() {
        assert_eq!(read(Overlap::Refused, "27.10.2024 02:30"), None);
        assert_eq!(
            read(Overlap::Earlier, "27.10.2024 02:30").as_deref(),
            Some("2024-10-27 00:30:00")
        );
        assert_eq!(
            read(Overlap::Later, "27.10.2024 02:30").as_deref(),
            Some("2024-10-27 01:30:00")
        );
        for overlap in [Overlap::Refused, Overlap::Earlier, Overlap::Later] {
            assert_eq!(read(overlap, "31.03.2024 02:30"), None, "{overlap:?}");
        }
    }

    #[test]
    fn a_date_alone_is_midnight_and_half_a_time_is_none() {
        assert_eq!(
            read(Overlap::Refused, "01.07.2024").as_deref(),
            Some("2024-06-30 22:00:00")
        );
        for text in [
            "",
            "01.07.2024 12",
            "01.07.2024 25:00",
            "01.07.24 12:00",
            "2024-07-01 12:00",
        ] {
            assert_eq!(read(Overlap::Refused, text), None, "{text}");
        }
        let hours = InstantFormats::new(["%F %I"], Utc).unwrap();
        assert!(
            hours.read("2024-07-01 07").is_err(),
            "of the morning or the evening"
        );
    }

    proptest! {
        /// What was read reads as the same again.
        #[test]
        fn an_instant_is_read_as_it_was_written(seconds in -30_000_000_000_i64..250_000_000_000) {
            let Some(at) = DateTime::from_timestamp(seconds, 0) else { return Ok(()) };
            prop_assert_eq!(berlin(Overlap::Refused).read(&at.to_rfc3339()), Ok(at));
        }

        #[test]
        fn nothing_panics(text in prop_oneof![any::<String>(), "[0-9.:TZ+ -]{0,25}"]) {
            let _ = berlin(Overlap::Later).read(&text);
        }
    }
}
