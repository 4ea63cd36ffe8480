use std::future::Future;

use crate::{Holder, Load, LoadId, LoadKey, Result};

/// Opens loads into one dataset: PostgreSQL from a pool, PostgreSQL inside the host's transaction, memory.
pub trait Store<B>: Send {
    /// The load it opens.
    type Load<'a>: Load<B>
    where
        Self: 'a;

    /// Opens a load, unless its content is loaded already or being loaded.
    fn begin(&mut self, key: LoadKey)
    -> impl Future<Output = Result<Begun<Self::Load<'_>>>> + Send;
}

/// What came of the attempt to open a load.
#[derive(Debug)]
pub enum Begun<L> {
    /// A new load.
    Fresh(L),
    /// The same content was loaded before.
    Replayed(LoadId),
    /// The same content is being loaded by another, which is named where the store knows it: come back.
    Busy(Option<Holder>),
}
