/// A stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Day,
    /// A week from Monday on (ISO 8601).
    Week,
    /// A month.
    Month,
    /// A quarter of a year.
    Quarter,
    /// A year.
    Year,
}

impl Period {
    /// Its name, as the server knows it.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Quarter => "quarter",
            Period::Year => "year",
        }
    }

    /// From the first day of one to that of the next.
    pub(crate) fn step(self) -> &'static str {
        match self {
            Period::Quarter => "3 months",
            Period::Day => "1 day",
            Period::Week => "1 week",
            Period::Month => "1 month",
            Period::Year => "1 year",
        }
    }

    /// How it is written, whatever the locale.
    pub(crate) fn pattern(self) -> &'static str {
        match self {
            Period::Day => "YYYY-MM-DD",
            Period::Week => "IYYY-\"W\"IW",
            Period::Month => "YYYY-MM",
            Period::Quarter => "YYYY-\"Q\"Q",
            Period::Year => "YYYY",
        }
    }

    /// The first day of the one that `day` is in.
    pub(crate) fn start(self, day: &str) -> String {
        format!(
            "date_trunc('{}', ({day})::date::timestamp)::date",
            self.unit()
        )
    }
}

/// Whether an expression is a day that there is: not the unknown member's, and not an infinite one.
pub(crate) fn is_known(day: &str) -> String {
    format!("({day})::date BETWEEN DATE '0001-01-02' AND DATE '9999-12-31'")
}
