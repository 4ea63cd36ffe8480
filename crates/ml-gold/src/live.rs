use ml_core::Dataset;

/// The rows of a source that are there. Silver marks those that have gone, so that who follows its changes sees them go.
pub(crate) fn live(source: &Dataset) -> String {
    format!("(SELECT * FROM {} WHERE NOT \"_deleted\")", source.quoted())
}
