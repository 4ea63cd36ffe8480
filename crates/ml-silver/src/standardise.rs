//! Pure standardisers, small enough to compose; applying any of them twice equals applying it once.
//!
//! A [`Standardiser`] takes text to the same text in standard form, or to NULL; what it does not understand it leaves
//! for a rule to find. A [`Reader`] takes text to a value of a type, or says what it expected. Neither guesses: what
//! could be two things is one of them only where that was declared. Both report what they change, when asked to
//! ([`Change`](ml_core::Change)).
//!
//! | | blanks | blank text | case | by |
//! |---|---|---|---|---|
//! | [`collapse_blanks`], [`non_blank`] | collapsed | empty, NULL | kept | Unicode White_Space, U+200B, U+FEFF |
//! | [`nfc`] | kept | kept | kept | UAX #15 |
//! | [`upper`], [`lower`], [`title`] | kept | kept | mapped | Unicode's full mappings |
//! | [`id`] | kept | kept | kept | the `.0` of spreadsheets |
//! | [`NullTokens`] | collapsed | NULL, and tokens too | blind | declared |
//! | [`Conform`] | blind | kept | blind | declared, or a table |
//! | [`CodeMap`] | trimmed | unread | matters | declared |
//! | [`email()`], [`Emails`] | trimmed | empty | of the domain, lower | UTS #46, rules of providers |
//! | [`Phones`] | any separators | unread | | ITU-T E.164 |
//! | [`Country`] | blind | unread | blind | ISO 3166-1 |
//! | [`Currencies`] | blind | unread | blind | ISO 4217, CLDR |
//! | [`NumberFormat`] | trimmed | unread | blind | declared marks |
//! | [`MoneyFormat`] | trimmed | unread | blind | ISO 4217 |
//! | [`UnitFormat`] | trimmed | unread | blind | NIST SP 811, international yard and pound |
//! | [`BooleanWords`] | blind | unread | blind | declared |
//! | [`DateFormats`], [`InstantFormats`] | trimmed | unread | as chrono has it | declared formats and zone |
//!
//! "Unread" is left as it is by those that are standardisers. "Kept" and "mapped" are said of text that is read.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use ml_core::{Action, Column, Field, Malformed, Record, Report, Stage, Type, ValueRef, Violation};

mod blank;
mod boolean;
mod case;
mod code_map;
mod conform;
mod country;
mod currency;
mod date;
mod email;
mod figure;
mod formats;
mod id;
mod instant;
mod money;
mod null_tokens;
mod number;
mod phone;
mod quantity;
mod reader;
mod standardiser;
mod text;
mod unit;

#[cfg(test)]
mod awkward;

pub use blank::{collapse_blanks, non_blank};
pub use boolean::BooleanWords;
pub use case::{lower, title, upper};
pub use code_map::CodeMap;
pub use conform::Conform;
pub use country::Country;
pub use currency::Currencies;
pub use date::DateFormats;
pub use email::{Emails, MailProvider, email};
pub use id::id;
pub use instant::{InstantFormats, Overlap};
/// The currencies of ISO 4217.
pub use iso_currency::Currency;
pub use money::{Money, MoneyFormat};
pub use null_tokens::NullTokens;
pub use number::NumberFormat;
pub use phone::{Phones, Trunk};
pub use quantity::{Quantity, UnitFormat};
pub use reader::{Reader, Unread};
pub use standardiser::{Chain, Custom, Standardiser, standardiser};
pub use text::{Text, nfc};
pub use unit::Unit;

/// A stage that standardises columns of text, each by what is declared for it.
///
/// Text that becomes NULL in a column that has none holds the record back, as `<column>.not_null`. Columns of other
/// types have their [`Reader`]s in the stage that makes them.
///
/// ```
/// use ml_core::{Pii, Record, Report, Settled, Stage};
/// use ml_silver::Standardise;
/// use ml_silver::standardise::{Conform, Standardiser, Text};
///
/// #[derive(Debug, Clone, PartialEq, Record)]
/// #[record(dataset = "silver.customers")]
/// struct Customer {
///     number: String,
///     email: Pii<Option<String>>,
///     region: Option<String>,
/// }
///
/// let regions = Conform::new([("EU", "Europe"), ("EMEA", "Europe")]);
/// let standard = Standardise::new()
///     .column(Customer::NUMBER, Text::NonBlank.then(Text::Id))
///     .column(Customer::EMAIL, Text::NonBlank.then(Text::Email))
///     .column(Customer::REGION, Text::NonBlank.then(regions))
///     .recorded();
///
/// let mut report = Report::default();
/// let customer = |number: &str| Customer {
///     number: number.into(),
///     email: Pii::new(Some("Ada@Example.COM".into())),
///     region: Some(" eu".into()),
/// };
/// let standardised = standard.apply(customer("17850.0"), &mut report).unwrap();
/// assert_eq!(standardised.number, "17850");
/// assert_eq!(standardised.region.as_deref(), Some("Europe"));
/// assert_eq!(report.settle(true), Settled::Accepted);
///
/// let history: Vec<_> = report.take_changes().into_iter()
///     .map(|change| format!("{} {}: {} -> {}", change.column, change.standardiser, change.old, change.new.unwrap_or_default()))
///     .collect();
/// assert_eq!(history, [
///     "number id: 17850.0 -> 17850",
///     "email email: *** -> ***",
///     "region non_blank:  eu -> eu",
///     "region conform: eu -> Europe",
/// ]);
///
/// standard.apply(customer(" "), &mut report);
/// let Settled::Held(why) = report.settle(true) else { panic!("it is held back") };
/// assert_eq!(why[0].rule, "number.not_null");
/// ```
///
/// ```compile_fail
/// # use ml_core::Column;
/// # use ml_silver::{Standardise, standardise::Text};
/// const PAID: Column<ml_core::Row, bool> = Column::new(0, "paid");
/// Standardise::new().column(PAID, Text::Trim); // text is standardised, and the column is a `bool`
/// ```
pub struct Standardise<T> {
    columns: Vec<(usize, Box<dyn Standardiser>)>,
    recorded: bool,
    of: PhantomData<fn(T) -> T>,
}

impl<T: Record> Standardise<T> {
    /// Leaves every column as it is.
    pub fn new() -> Self {
        Standardise {
            columns: Vec::new(),
            recorded: false,
            of: PhantomData,
        }
    }

    /// Declares how a column is standardised; declared again, by the one and then by the other.
    pub fn column<V: Field>(
        mut self,
        column: Column<T, V>,
        standardiser: impl Standardiser + 'static,
    ) -> Self {
        const { assert!(matches!(V::TYPE, Type::Text), "only text is standardised") };
        self.columns.push((column.ordinal, Box::new(standardiser)));
        self
    }

    /// The same, and reports every [`Change`](ml_core::Change), which costs a few allocations each.
    pub fn recorded(mut self) -> Self {
        self.recorded = true;
        self
    }

    /// What becomes of a column's text; `None` where it stays.
    fn change(
        &self,
        record: &T,
        ordinal: usize,
        standardiser: &dyn Standardiser,
        report: &mut Report,
    ) -> Option<Option<String>> {
        let ValueRef::Text(old) = record.field(ordinal) else {
            return None;
        };
        let new = match self.recorded {
            true => standardiser.apply_recorded(&record.columns()[ordinal], old, report),
            false => standardiser.apply(old),
        };
        (new.as_deref() != Some(old)).then(|| new.map(Cow::into_owned))
    }
}

impl<T: Record> Stage<T> for Standardise<T> {
    type Out = T;

    fn apply(&self, mut record: T, report: &mut Report) -> Option<T> {
        for (ordinal, standardiser) in &self.columns {
            let Some(new) = self.change(&record, *ordinal, &**standardiser, report) else {
                continue;
            };
            if let Err(malformed) = record.put(*ordinal, new.as_deref()) {
                report.violate(violation(&record, *ordinal, malformed));
            }
        }
        Some(record)
    }
}

/// What was found is blank, or a token for nothing.
fn violation<T: Record>(record: &T, ordinal: usize, malformed: Malformed) -> Violation {
    let column = &record.columns()[ordinal];
    let found = match column.personal {
        true => "***".to_owned(),
        false => record.field(ordinal).to_string(),
    };
    Violation {
        rule: format!("{}.not_null", column.name),
        columns: vec![column.name.to_string()],
        action: Action::Quarantine,
        expected: malformed.0.to_owned(),
        found,
    }
}

impl<T: Record> Default for Standardise<T> {
    fn default() -> Self {
        Standardise::new()
    }
}

impl<T> fmt::Debug for Standardise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.columns.iter();
        let names = names.map(|(ordinal, standardiser)| (ordinal, standardiser.name()));
        f.debug_map().entries(names).finish()
    }
}
