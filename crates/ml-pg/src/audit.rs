//! What audits find, and the rows of a load that leave the table for it.

use ml_core::{Action, Audit, Audited, Error, Finding, Held, LoadId, Position, Result, Scope};
use tokio_postgres::{Portal, Row, Transaction};

use crate::failure::Doing;

/// How many offending rows are asked for at once; each may bring as much JSON as below.
const BATCH: i32 = 100;
/// What is kept of a row, as of a record of a file.
const MOST_RAW_BYTES: usize = 64 << 10;

/// Refuses checks of a refresh that are to hold rows back: it has no records that could be put right and come again.
pub(crate) fn only_count(checks: &[Audit]) -> Result<()> {
    let mut checks = checks.iter();
    match checks.find(|check| check.action == Action::Quarantine) {
        None => Ok(()),
        Some(check) => Err(Error::contract(format!(
            "check {} cannot hold rows back: a refresh has no quarantine; let it warn or abort",
            check.id
        ))),
    }
}

/// Counts what each finds in a relation; nothing is held back.
pub(crate) async fn count_all(
    tx: &Transaction<'_>,
    audits: &[Audit],
    relation: &str,
) -> Result<Audited> {
    let mut counted = Audited::default();
    for audit in audits {
        counted.findings.push(count(tx, audit, relation).await?);
    }
    Ok(counted)
}

/// Counts the rows an audit's query returns, with `{rows}` standing for a relation.
async fn count(tx: &Transaction<'_>, audit: &Audit, rows: &str) -> Result<Finding> {
    let query = format!(
        "SELECT count(*) FROM (\n{}\n) AS offending",
        query(audit, rows)
    );
    let counted = tx
        .query_typed(&query, &[])
        .await
        .doing(format!("audit {} failed", audit.id))?;
    let rows: i64 = counted.first().map_or(0, |row| row.get(0));
    Ok(Finding::Rows(rows as u64))
}

/// To be put on lines of its own, because it may end in a comment.
fn query(audit: &Audit, rows: &str) -> String {
    let sql = audit.sql.trim().trim_end_matches(';');
    sql.replace("{rows}", rows)
}

/// The audits of one load, judged; what they hold back comes out of the table batch by batch.
pub(crate) struct Sitting<'a> {
    audits: &'a [Audit],
    load: LoadId,
    found: Vec<u64>,
    held: u64,
    /// The rows that any audit has something against; `None` where no audit holds rows back.
    offending: Option<Portal>,
}

impl<'a> Sitting<'a> {
    /// Judges the rows of `load` in `relation`: first by what can only be counted, so that all see the same rows.
    pub(crate) async fn open(
        tx: &Transaction<'_>,
        audits: &'a [Audit],
        relation: &str,
        load: LoadId,
    ) -> Result<Self> {
        let mut holds = false;
        for audit in audits {
            holds |= audit.holds()?;
        }
        let rows = format!("(SELECT * FROM {relation} WHERE \"_load_id\" = {load})");
        let mut found = vec![0; audits.len()];
        let mut of_rows = Vec::new();
        for (nth, audit) in audits.iter().enumerate() {
            if holds && audit.scope == Scope::Row {
                of_rows.push(nth);
            } else if let Finding::Rows(rows) = count(tx, audit, &rows).await? {
                found[nth] = rows;
            }
        }
        let mut sitting = Sitting {
            audits,
            load,
            found,
            held: 0,
            offending: None,
        };
        if holds {
            let statement = sitting.removal(&of_rows, relation, &rows)?;
            sitting.offending = Some(sitting.bind(tx, &statement).await?);
        }
        Ok(sitting)
    }

    /// One statement, so that every audit judges the same snapshot and no row has left when the next one judges: it
    /// returns each offending row with all that is against it, and as JSON those that are held back and gone.
    fn removal(&self, of_rows: &[usize], relation: &str, rows: &str) -> Result<String> {
        let mut holding = Vec::new();
        let mut queries = Vec::new();
        for nth in of_rows {
            let audit = &self.audits[*nth];
            if audit.holds()? {
                holding.push(nth.to_string());
            }
            queries.push(format!(
                "    SELECT {nth} AS audit, \"_load_id\"::bigint, \"_record_no\"::bigint FROM (\n{}\n    ) AS found",
                query(audit, rows)
            ));
        }
        let load = self.load;
        Ok(format!(
            "WITH offending AS (\n{queries}\n),
reasons AS (
    SELECT \"_load_id\", \"_record_no\", array_agg(DISTINCT audit ORDER BY audit) AS audits
    FROM offending
    GROUP BY \"_load_id\", \"_record_no\"
),
gone AS (
    DELETE FROM {relation} AS r
    USING reasons
    WHERE
        r.\"_load_id\" = {load}
        AND r.\"_load_id\" = reasons.\"_load_id\"
        AND r.\"_record_no\" = reasons.\"_record_no\"
        AND reasons.audits && ARRAY[{holding}]
    RETURNING r.\"_load_id\", r.\"_record_no\", (to_jsonb(r) - ARRAY['_load_id', '_record_no'])::text AS content
)
SELECT
    reasons.audits,
    \"_load_id\",
    \"_record_no\",
    substring(convert_to(gone.content, 'UTF8') FOR {MOST_RAW_BYTES}) AS raw,
    octet_length(gone.content) AS raw_length
FROM reasons
LEFT JOIN gone USING (\"_load_id\", \"_record_no\")
ORDER BY \"_load_id\", \"_record_no\"",
            queries = queries.join("\n    UNION ALL\n"),
            holding = holding.join(", "),
        ))
    }

    async fn bind(&self, tx: &Transaction<'_>, statement: &str) -> Result<Portal> {
        let statement = tx.prepare_typed(statement, &[]).await.doing(self.doing())?;
        tx.bind(&statement, &[]).await.doing(self.doing())
    }

    fn doing(&self) -> String {
        let ids: Vec<&str> = self.audits.iter().map(|audit| audit.id.as_str()).collect();
        format!("one of the audits {} failed", ids.join(", "))
    }

    /// The next rows that were taken out of the table, which may be none; `None` at the end.
    pub(crate) async fn next(&mut self, tx: &Transaction<'_>) -> Result<Option<Vec<Held>>> {
        let Some(offending) = &self.offending else {
            return Ok(None);
        };
        let rows = tx
            .query_portal(offending, BATCH)
            .await
            .doing(self.doing())?;
        if rows.is_empty() {
            self.offending = None;
            return Ok(None);
        }
        let mut batch = Vec::new();
        for row in &rows {
            batch.extend(self.take(row)?);
        }
        self.held += batch.len() as u64;
        Ok(Some(batch))
    }

    /// Counts what is against a row; answers it where it was taken out.
    fn take(&mut self, row: &Row) -> Result<Option<Held>> {
        let audits: Vec<i32> = row.get(0);
        let against = || audits.iter().map(|nth| &self.audits[*nth as usize]);
        let at: (Option<i64>, Option<i64>) = (row.get(1), row.get(2));
        let (raw, length): (Option<Vec<u8>>, Option<i32>) = (row.get(3), row.get(4));
        let held = match (at, raw) {
            ((Some(load), Some(record)), Some(raw)) => Some(Held {
                at: Position::new(LoadId(load), record as u64),
                raw,
                raw_len: length.unwrap_or_default() as u64,
                violations: against().map(Audit::violation).collect(),
            }),
            _ => {
                for audit in against() {
                    self.refuse_stranger(audit)?;
                }
                None
            }
        };
        for nth in audits {
            self.found[nth as usize] += 1;
        }
        Ok(held)
    }

    /// A row that was to be held back and is not among those of the load.
    fn refuse_stranger(&self, audit: &Audit) -> Result<()> {
        match audit.holds()? {
            false => Ok(()),
            true => Err(Error::contract(format!(
                "audit {} returned a row that is none of load {}: it is to return \"_load_id\" and \"_record_no\" \
                 of {{rows}}",
                audit.id, self.load
            ))),
        }
    }

    /// What it came to, once all rows have come out.
    pub(crate) fn audited(self) -> Audited {
        Audited {
            findings: self.found.into_iter().map(Finding::Rows).collect(),
            held: self.held,
        }
    }
}
