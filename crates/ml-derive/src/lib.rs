//! `#[derive(Record)]`: a struct becomes a record with columns the compiler knows.
//!
//! Use it as `ml_core::Record` or `metalayer::Record`; this crate alone has nothing to derive.
//!
//! On the struct:
//!
//! * `#[record(dataset = "bronze.orders")]`: schema and table, required.
//! * `#[record(grain = "invoice_no, line")]`: the columns that make a row one thing.
//!
//! On a field, whose name is the column's name in SQL:
//!
//! * `#[column(name = "InvoiceNo")]`: its name in the source's header, when it is another one.
//! * `#[column(critical)]`: a rule set that has no rule for it does not build.
//! * `#[column(pii)]`: the values are personal; the field's type must be `Pii<…>` (which is enough by itself).
//! * `#[column(optional)]`: a source without the column is accepted; the field must be an `Option`.
//! * `#[column(null = "NA", null = "-")]`: what stands for NULL in the source, in place of the empty field; the field must
//!   be an `Option`.
//! * `#[column(decimal = ",", thousands = ".")]`: the marks of a number; other marks, or groups that are not of three
//!   digits, are malformed.
//! * `#[column(format = "%d.%m.%Y")]`: chrono's format of a date or timestamp that is not ISO 8601.
//!
//! Every field also becomes a constant handle: `Order::INVOICE_NO` is a `Column<Order, String>`.

mod column;
mod record;

use proc_macro::TokenStream;

/// Makes a struct with named fields a record; see the crate's page for the attributes.
#[proc_macro_derive(Record, attributes(record, column))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    record::expand(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
