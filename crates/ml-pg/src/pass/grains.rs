use std::collections::HashSet;

use bytes::BytesMut;
use ml_core::{RawFields, Record, Type};
use tokio_postgres::Row;
use tokio_postgres::types::Type as Wired;

use super::Pass;
use crate::table::quoted;
use crate::wire::Wire;

/// The grains whose winners are gone: of each the columns of which equal values have equal bytes.
///
/// A record of another thing may have the same ones. All that was taken in of that thing then comes with it, and the
/// row that won wins again.
pub(super) struct Grains {
    ordinals: Vec<usize>,
    keys: HashSet<Vec<u8>>,
}

impl Grains {
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a record is of one of them; `key` is room to write it down in.
    pub(super) fn has(&self, record: &impl Record, key: &mut BytesMut) -> bool {
        key.clear();
        for ordinal in &self.ordinals {
            let ty = record.columns()[*ordinal].ty;
            record.field(*ordinal).encode(ty, key);
        }
        self.keys.contains(&key[..])
    }
}

impl<S> Pass<'_, S> {
    /// The grains whose winners were brought in by loads that are gone.
    pub(super) async fn grains(&self, gone: &[i64]) -> Result<Grains, tokio_postgres::Error> {
        let table = &self.increment.into;
        let columns = &table.contract.columns;
        let grain = table.keeping.merge().into_iter();
        let grain = grain.flat_map(|merge| &merge.grain);
        let ordinals: Vec<usize> = grain
            .filter_map(|name| table.contract.ordinal(name))
            .filter(|ordinal| is_exact(columns[*ordinal].ty))
            .collect();
        let names: Vec<String> = ordinals
            .iter()
            .map(|ordinal| quoted(&columns[*ordinal].name))
            .collect();
        let select = format!(
            "SELECT {} FROM {} WHERE \"_load_id\" = ANY($1)",
            names.join(", "),
            table.dataset().quoted()
        );
        let gone = [(&gone as _, Wired::INT8_ARRAY)];
        let rows = self.tx.query_typed(&select, &gone).await?;
        let keys = rows.iter().map(|row| key(row, names.len())).collect();
        Ok(Grains { ordinals, keys })
    }
}

/// 1.0 and 1.00 are one number, 0 and -0 another.
fn is_exact(ty: Type) -> bool {
    !matches!(ty, Type::Numeric | Type::Float8)
}

/// The fields as a binary COPY has them.
fn key(row: &Row, fields: usize) -> Vec<u8> {
    let mut key = Vec::new();
    for field in 0..fields {
        match Wire(row).raw(field) {
            None => key.extend((-1_i32).to_be_bytes()),
            Some(bytes) => {
                key.extend((bytes.len() as i32).to_be_bytes());
                key.extend(bytes);
            }
        }
    }
    key
}
