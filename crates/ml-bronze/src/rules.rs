use ml_core::{Contract, Error, Fingerprint, Record, Result};
use ml_quality::Judge;

/// The rules and the columns that judged a content, for the ledger.
pub(crate) fn fingerprint<R: Record>(contract: &Contract, judge: &Judge<R>) -> Result<Fingerprint> {
    let columns = serde_json::to_string(&contract.columns).map_err(|cause| {
        let dataset = &contract.dataset;
        let what = format!("the columns of {dataset} cannot be written as JSON");
        Error::contract(what).because(cause)
    })?;
    let judge = judge.fingerprint();
    Ok(Fingerprint::of(format!("{judge}\n{columns}")))
}
