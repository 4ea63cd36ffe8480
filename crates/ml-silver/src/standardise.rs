//! Pure standardisers, small enough to compose; applying any of them twice equals applying it once.
//!
//! A [`Standardiser`] takes text to the same text in standard form, or to NULL; what it does not understand it leaves for
//! a rule to find. A [`Reader`] takes text to a value of a type, or says what it expected. Neither guesses: what could
//! be two things is one of them only where that was declared. Both report what they change, when asked to ([`Change`](ml_core::Change)).
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
pub use reader::{Reader, Unread};
pub use standardiser::{Chain, Custom, Standardiser, standardiser};
pub use text::{Text, nfc};
pub use unit::{Quantity, Unit, UnitFormat};
