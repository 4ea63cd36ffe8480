use ml_core::RawFields;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

/// A row as it came over the wire.
pub(crate) struct Wire<'r>(pub(crate) &'r Row);

impl RawFields for Wire<'_> {
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.0
            .try_get::<_, Option<Bytes<'_>>>(index)
            .ok()
            .flatten()
            .map(|Bytes(bytes)| bytes)
    }
}

/// The bytes of a field of any type.
struct Bytes<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Bytes<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Bytes(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
