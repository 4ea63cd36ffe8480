use ml_core::Column;

use crate::{ColumnRules, Rule, Time, catalogue};

/// Rules of columns of dates and timestamps.
///
/// Now is the instant at which the load began, the same for all its records: as a date or as a timestamp without
/// time zone it is that of UTC.
pub trait TimeRules<T, V: Time>: ColumnRules<T, V> {
    /// This day or moment, or a later one; named `<column>.not_before`.
    fn not_before(self, first: V::Base) -> Rule {
        catalogue::not_before(self.name(), first.into())
    }

    /// This day or moment, or an earlier one; named `<column>.not_after`.
    fn not_after(self, last: V::Base) -> Rule {
        catalogue::not_after(self.name(), last.into())
    }

    /// Not after the load began; named `<column>.not_future`.
    fn not_future(self) -> Rule {
        catalogue::not_future(self.name(), V::TYPE)
    }

    /// At most so many days before the load began; named `<column>.recent`. What lies in the future passes.
    fn recent(self, days: u32) -> Rule {
        catalogue::recent(self.name(), V::TYPE, days)
    }

    /// Not after another column; named `<column>_<later>.ordered`.
    fn ordered<W: Time<Kind = V::Kind>>(self, later: Column<T, W>) -> Rule {
        catalogue::ordered(self.name(), later.name)
    }

    /// At most so many days before or after another column, a day of a timestamp being 24 hours; named
    /// `<column>_<other>.within_days`.
    fn within_days<W: Time<Kind = V::Kind>>(self, other: Column<T, W>, days: u32) -> Rule {
        catalogue::within_days(self.name(), V::TYPE, other.name, days)
    }
}

impl<T, V: Time> TimeRules<T, V> for Column<T, V> {}
