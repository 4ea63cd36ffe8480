//! What a pipeline takes in, and what `meta` keeps of that.

use ml_core::{LoadId, Result};
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::Span;
use crate::failure::Doing;

/// Inputs that a pipeline is to take in.
pub(crate) struct Inputs {
    /// The snapshot they were found in, where they are all that is new in it.
    pub(crate) snapshot: Option<String>,
    /// In the order of the loads.
    pub(crate) loads: Vec<Input>,
}

impl Inputs {
    /// Those that are loads, and not events.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = &Input> {
        self.loads.iter().filter(|input| input.unloads.is_none())
    }

    /// The events that unloaded loads, and those loads.
    pub(crate) fn unloaded(&self) -> (Vec<LoadId>, Vec<i64>) {
        let events = self.loads.iter();
        let events = events.filter_map(|input| Some((input.load, input.unloads?.0)));
        events.unzip()
    }
}

/// A load that is new to a pipeline, or the event that unloaded one.
pub(crate) struct Input {
    pub(crate) load: LoadId,
    /// The name of its source.
    pub(crate) source: String,
    /// How many rows it has.
    pub(crate) rows: u64,
    /// The load that the event unloaded.
    pub(crate) unloads: Option<LoadId>,
}

/// Finds the loads of `datasets` that have newly become visible to a pipeline.
pub(crate) async fn new_inputs(
    tx: &Transaction<'_>,
    pipeline: &str,
    datasets: &[String],
    starting: bool,
    watermark: &str,
) -> Result<Inputs> {
    let found = tx
        .query_typed(
            include_str!("../sql/new_loads.sql"),
            &[
                (&pipeline, Type::TEXT),
                (&datasets, Type::TEXT_ARRAY),
                (&starting, Type::BOOL),
                (&watermark, Type::TEXT),
            ],
        )
        .await
        .doing(format!("cannot look for new loads of pipeline {pipeline}"))?;
    let row = found
        .first()
        .ok_or_else(|| ml_core::Error::storage("the server returned no row for new loads"))?;
    let (loads, sources): (Vec<i64>, Vec<String>) = (row.get(1), row.get(2));
    let (rows, unloads): (Vec<i64>, Vec<Option<i64>>) = (row.get(3), row.get(4));
    let inputs = loads.into_iter().zip(sources).zip(rows).zip(unloads);
    Ok(Inputs {
        snapshot: Some(row.get(0)),
        loads: inputs
            .map(|(((load, source), rows), unloads)| Input {
                load: LoadId(load),
                source,
                rows: rows as u64,
                unloads: unloads.map(LoadId),
            })
            .collect(),
    })
}

/// Finds the loads of a dataset within a span, and the events that a pipeline has not heeded yet.
pub(crate) async fn in_span(
    tx: &Transaction<'_>,
    pipeline: &str,
    dataset: &str,
    span: &Span,
) -> Result<Inputs> {
    let ((first, last), (since, until)) = (span.numbers(), span.times());
    let found = tx
        .query_typed(
            include_str!("../sql/span_loads.sql"),
            &[
                (&pipeline, Type::TEXT),
                (&dataset, Type::TEXT),
                (&first, Type::INT8),
                (&last, Type::INT8),
                (&since, Type::TIMESTAMPTZ),
                (&until, Type::TIMESTAMPTZ),
            ],
        )
        .await
        .doing(format!("cannot look for the {span} of {dataset}"))?;
    let loads = found.iter().map(|row| Input {
        load: LoadId(row.get(0)),
        source: row.get(1),
        rows: row.get::<_, i64>(2) as u64,
        unloads: row.get::<_, Option<i64>>(3).map(LoadId),
    });
    Ok(Inputs {
        snapshot: None,
        loads: loads.collect(),
    })
}

/// Marks inputs as taken in, or held, by a pipeline.
pub(crate) async fn consume(
    tx: &Transaction<'_>,
    pipeline: &str,
    inputs: &[LoadId],
    state: &str,
    by: LoadId,
) -> Result<()> {
    let inputs: Vec<i64> = inputs.iter().map(|input| input.0).collect();
    tx.execute_typed(
        include_str!("../sql/enter_inputs.sql"),
        &[
            (&pipeline, Type::TEXT),
            (&inputs, Type::INT8_ARRAY),
            (&state, Type::TEXT),
            (&by.0, Type::INT8),
        ],
    )
    .await
    .doing(format!("cannot enter the inputs of pipeline {pipeline}"))?;
    lineage(tx, by, &inputs).await
}

/// Enters which loads a load was made from.
pub(crate) async fn lineage(tx: &Transaction<'_>, load: LoadId, inputs: &[i64]) -> Result<()> {
    tx.execute_typed(
        include_str!("../sql/enter_lineage.sql"),
        &[(&load.0, Type::INT8), (&inputs, Type::INT8_ARRAY)],
    )
    .await
    .doing(format!("cannot enter what load {load} was made from"))?;
    Ok(())
}

/// Moves a pipeline's watermark to where its inputs were found, if they are all that is new there.
pub(crate) async fn watermark(tx: &Transaction<'_>, pipeline: &str, inputs: &Inputs) -> Result<()> {
    let Some(snapshot) = &inputs.snapshot else {
        return Ok(());
    };
    tx.execute_typed(
        include_str!("../sql/enter_watermark.sql"),
        &[(&pipeline, Type::TEXT), (&snapshot, Type::TEXT)],
    )
    .await
    .doing(format!("cannot move the watermark of pipeline {pipeline}"))?;
    Ok(())
}
