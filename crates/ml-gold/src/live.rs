use ml_core::Dataset;

/// The rows of a source that are there. Silver marks those that have gone, so that who follows its changes sees them go.
pub(crate) fn live(source: &Dataset) -> String {
    format!("(SELECT * FROM {} WHERE NOT \"_deleted\")", source.quoted())
}

/// The same CTEs over `rows` in place of all that are there of the source.
pub(crate) fn over(fresh: &str, source: &Dataset, rows: &str) -> String {
    fresh.replace(&live(source), rows)
}
