use ml_core::{Dataset, Statement};

use crate::table::Table;

/// The rows of a source that new loads changed, those that went among them.
pub(super) struct Changed {
    source: Dataset,
}

impl Changed {
    pub(super) fn of(source: &Dataset) -> Self {
        Changed {
            source: source.clone(),
        }
    }

    /// Puts them into a temporary table.
    pub(super) fn find(&self) -> Vec<Statement> {
        let (source, name) = (self.source.quoted(), relation(&self.source));
        let step =
            |what: &str, sql: String| Statement::new(format!("{}: {what}", self.source), sql);
        vec![
            step(
                "changed rows",
                format!(
                    "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS\nSELECT source.*\nFROM {source} AS source\n\
                     WHERE source.\"_changed_load\" = ANY (ARRAY(SELECT load_id FROM pg_temp.ml_new_load))"
                ),
            ),
            step(
                "statistics of the changed rows",
                format!("ANALYZE {name} (\"_row_id\")"),
            ),
        ]
    }

    /// How many there are, as an expression.
    pub(super) fn count(&self) -> String {
        format!("(SELECT count(*) FROM {})", relation(&self.source))
    }
}

/// Those of the changed rows that `table`, which has their identities, may have. New rows are beyond all that it has, and
/// need not be looked for one by one [40 ms for 60,000].
pub(super) fn known(source: &Dataset, table: &Table) -> String {
    format!(
        "(SELECT * FROM {} WHERE \"_row_id\" <= (SELECT max(\"_row_id\") FROM {}))",
        relation(source),
        table.quoted()
    )
}

/// The temporary table of the changed rows of a source.
pub(super) fn relation(source: &Dataset) -> String {
    // Both names are of 63 bytes at most; a hash of them is as long whatever they are.
    let name = source.quoted();
    format!("pg_temp.\"ml_changed_{:016x}\"", fnv(name.as_bytes()))
}

/// FNV-1a, which is the same everywhere and always: a plan is compared by its text.
fn fnv(bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
