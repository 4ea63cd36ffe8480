use ml_core::RawFields;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

/// A row as it came over the wire.
pub(crate) struct Wire<'r>(pub(crate) &'r Row);

impl Wire<'_> {
    /// A bigint that is not NULL; 0 where there is none.
    pub(crate) fn int8(&self, index: usize) -> i64 {
        self.raw(index)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, i64::from_be_bytes)
    }
}

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
