use ml_core::{Contract, Error, Fingerprint, Record, Result};
use ml_quality::Judge;
use serde::Serialize;

/// The rules and the columns under which a content was judged, and how it was read, for the ledger.
pub(crate) fn fingerprint<R: Record>(
    contract: &Contract,
    judge: &Judge<R>,
    how: impl Serialize,
) -> Result<Fingerprint> {
    let read = serde_json::to_string(&(&contract.columns, how)).map_err(|cause| {
        let dataset = &contract.dataset;
        let what = format!("the columns of {dataset} cannot be written as JSON");
        Error::contract(what).because(cause)
    })?;
    let judge = judge.fingerprint();
    Ok(Fingerprint::of(format!("{judge}\n{read}")))
}
