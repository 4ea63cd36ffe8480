//! The rule engine of MetaLayer: rules about records, audits about tables, gates.
//!
//! A [`Rule`] is a value: an [`Expr`] over column names that can be stored, compared and fingerprinted. Handles
//! of columns make rules that the compiler checks ([`ColumnRules`]), closures make rules that only Rust can run
//! ([`rule`]), and what `validator` derives joins as one ([`validated`]). A [`RuleSet`] gives each an [`Action`]
//! and is bound to the columns as a [`Judge`], which reports every violation of every record. Logic has SQL's
//! three values: what is false is a violation, what is unknown passes. [`Rule::sql`] is the same as a predicate of
//! PostgreSQL, with the same verdict for every value: `SEMANTICS.md` says what each expression means.
//!
//! ```
//! use ml_core::{Pii, Record, Report, Settled};
//! use ml_quality::{ColumnRules, RuleSet, TextRules, rule, validated};
//! use rust_decimal::{Decimal, dec};
//! use validator::Validate;
//!
//! #[derive(Debug, Clone, Record, Validate)]
//! #[record(dataset = "bronze.orders", grain = "invoice_no")]
//! struct Order {
//!     #[column(critical)] // a rule set that does not read it does not build
//!     invoice_no: String,
//!     email: Pii<Option<String>>,
//!     #[validate(range(min = -1_000_000, max = 1_000_000))]
//!     quantity: i32,
//!     price: Decimal,
//!     revenue: Decimal,
//! }
//!
//! let off = (Order::PRICE.expr() * Order::QUANTITY.expr() - Order::REVENUE.expr()).abs();
//! let judge = RuleSet::<Order>::new()
//!     .quarantine(Order::INVOICE_NO.not_blank())
//!     .warn(Order::EMAIL.is_email())
//!     .quarantine(off.at_most(dec!(0.01)).named("revenue.adds_up"))
//!     .abort(rule("not_a_test", 1, |order: &Order| !order.invoice_no.starts_with("TEST")))
//!     .include(validated::<Order>())
//!     .build()?;
//!
//! let order = Order {
//!     invoice_no: "I-1".into(),
//!     email: Pii::new(Some("ada at example.com".into())),
//!     quantity: 3,
//!     price: dec!(2.50),
//!     revenue: dec!(7.52),
//! };
//! let mut report = Report::default();
//! judge.judge(&order, &[], &mut report);
//! let Settled::Held(reasons) = report.settle(true) else { panic!("it is held back") };
//! let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
//! assert_eq!(reasons, [
//!     "email.format (email): expected an e-mail address (HTML5), found ***",
//!     "revenue.adds_up (price, quantity, revenue): expected abs((price * quantity) - revenue) at most 0.01, \
//!      found price = 2.50, quantity = 3, revenue = 7.52",
//! ]);
//! # Ok::<(), ml_core::Error>(())
//! ```

pub mod audits;
mod bind;
mod catalogue;
mod characters;
mod check;
mod check_digits;
mod clause;
mod column;
mod constant;
mod coverage;
mod display;
mod email;
mod eval;
mod expr;
mod format;
mod found;
mod judge;
mod literal;
mod names;
mod number;
mod pattern;
mod portable;
pub mod profile;
mod rule;
mod rule_file;
mod scalar;
mod set;
mod snippet;
mod sql;
mod sql_calls;
mod sql_constant;
mod sql_names;
mod sql_nodes;
mod sql_stack;
mod sql_text;
mod table_audit;
mod term;
mod text;
mod validated;
mod words;

pub use characters::Characters;
pub use check::{Check, rule};
pub use clause::Clause;
pub use column::{ColumnRules, NumberRules, TextRules, TimeRules};
pub use coverage::Coverage;
pub use email::is_email;
pub use expr::{Compare, Expr};
pub use format::Format;
pub use judge::Judge;
pub use ml_core::{Action, Audit, Dimension, Gate, Tolerance};
pub use names::ColumnNames;
pub use pattern::Pattern;
pub use profile::Profile;
pub use rule::{Rule, When, all, any, none, present, when};
pub use rule_file::{RuleFile, reference};
pub use scalar::{Exact, Number, Ordered, Scalar, Text, Time};
pub use set::RuleSet;
pub use sql::RuleSql;
pub use sql_text::condition;
pub use term::Term;
pub use validated::{Validated, validated};
