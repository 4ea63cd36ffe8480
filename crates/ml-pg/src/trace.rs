//! A record's way from its source into a table of silver, as the schema meta has it.

use ml_core::{Dataset, LoadId, Result};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, Transaction};

use crate::EntryId;
use crate::explained::{Beaten, Changed, Judged, Traced};
use crate::failure::Doing;

/// The record that a row of `dataset` came in by; `None` where it was unloaded.
pub(crate) async fn record(
    tx: &Transaction<'_>,
    dataset: &Dataset,
    load: i64,
    record: i64,
) -> Result<Option<Traced>> {
    let into = dataset.to_string();
    let place = [
        (&load as &(dyn ToSql + Sync), Type::INT8),
        (&record, Type::INT8),
    ];
    let found = tx
        .query_typed(include_str!("../sql/explain/record.sql"), &place)
        .await
        .doing(format!("cannot find record {record} of load {load}"))?;
    let Some(found) = found.first() else {
        return Ok(None);
    };
    let doing = |what: &str| format!("cannot find {what} record {record} of load {load}");
    let rules = tx
        .query_typed(
            include_str!("../sql/explain/rules.sql"),
            &[(&load, Type::INT8), (&into, Type::TEXT)],
        )
        .await
        .doing(doing("the rules of"))?;
    let stood = [
        (&into as &(dyn ToSql + Sync), Type::TEXT),
        (&load, Type::INT8),
        (&record, Type::INT8),
    ];
    let changes = tx
        .query_typed(include_str!("../sql/explain/changes.sql"), &stood)
        .await
        .doing(doing("the changes of"))?;
    let beaten = tx
        .query_typed(include_str!("../sql/explain/losers.sql"), &stood)
        .await
        .doing(doing("what lost against"))?;
    Ok(Some(Traced {
        rules: rules.iter().map(judged).collect(),
        changes: changes.iter().map(changed).collect(),
        beaten: beaten.iter().map(lost).collect(),
        ..traced(LoadId(load), found)
    }))
}

fn traced(load: LoadId, row: &Row) -> Traced {
    let count = |name: &str| row.get::<_, Option<i64>>(name).map(|n| n as u64);
    let record = row.get::<_, i64>("record_no") as u64;
    let held = row.get::<_, Option<i64>>("held_by");
    let origin = row.get::<_, Option<i64>>("origin_load");
    Traced {
        load,
        dataset: row.get("dataset"),
        source: row.get("source"),
        sha256: row.get("sha256"),
        loaded_at: row.get("finished_at"),
        record,
        line: count("line_no"),
        byte: count("byte_offset"),
        replayed: held.zip(origin).map(|(load, origin)| EntryId {
            load: LoadId(load),
            origin: LoadId(origin),
            record,
        }),
        values: Vec::new(),
        rules: Vec::new(),
        changes: Vec::new(),
        beaten: Vec::new(),
    }
}

fn judged(row: &Row) -> Judged {
    Judged {
        dataset: row.get(0),
        rule: row.get(1),
        action: row.get(2),
        violations: row.get(3),
    }
}

fn changed(row: &Row) -> Changed {
    Changed {
        column: row.get(0),
        standardiser: row.get(1),
        old: row.get(2),
        new: row.get(3),
    }
}

fn lost(row: &Row) -> Beaten {
    Beaten {
        load: LoadId(row.get(0)),
        record: row.get::<_, i64>(1) as u64,
        reason: row.get(2),
        source: row.get(3),
    }
}
