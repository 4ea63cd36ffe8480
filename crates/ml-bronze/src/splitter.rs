use std::io;

use ml_core::{Contract, RawFields, Result, Violation};

use crate::content::Bytes;
use crate::frame::Frame;
use crate::window::Window;

/// Tells the fields of a record apart: all that CSV and NDJSON do not share.
pub(crate) trait Splitter: Send + Sized {
    /// The fields of the current record.
    type Fields<'a>: RawFields + Copy
    where
        Self: 'a;

    /// The rules of its own, beyond those that every source has.
    const RULES: &'static [&'static str];
    /// The rule against what is too long.
    const SIZE: &'static str;

    /// The text it splits.
    fn window(&self) -> &Window<Bytes>;

    /// The text, to go on in it.
    fn window_mut(&mut self) -> &mut Window<Bytes>;

    /// Reads what stands before the records, and finds the columns of `contract` in it.
    ///
    /// # Errors
    /// [`Source`](ml_core::Kind::Source), or [`Contract`](ml_core::Kind::Contract) when it has another shape.
    fn open(&mut self, contract: &Contract, name: &str) -> impl Future<Output = Result<()>> + Send;

    /// The header that was read, as it is written; empty where there is none.
    fn header(&self) -> &str {
        ""
    }

    /// Goes on in another text, as if its records stood behind the ones that were read.
    fn go_on_in(&mut self, text: Vec<u8>);

    /// Splits the current record, which is sound, unless it cannot be: such a record has this one fault.
    /// `number` is the record's.
    fn split(
        &mut self,
        frame: &Frame,
        number: u64,
    ) -> impl Future<Output = io::Result<Option<Violation>>> + Send;

    /// What the last split found.
    fn fields(&self) -> Self::Fields<'_>;

    /// Per column its field.
    fn map(&self) -> &[Option<usize>];

    /// Where in the record the byte `offset` of a field stands.
    fn locate(&self, index: usize, offset: usize) -> usize;
}
