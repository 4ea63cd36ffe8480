use crate::seen::rows_against;
use crate::{Error, Findings, Holds, Invariant, Refining, Trial, Truth};

/// The orders in which three versions can come.
const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

/// E5: three versions of the same things come in every order, each taken in by itself; the last version has the content of the
/// first one.
///
/// C, the last version stands, whatever came when.
///
/// # Errors
/// When the server cannot be asked, and when no column holds a version.
pub async fn late_versions<S: Refining>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    if trial.witness.layout.column(Holds::Version).is_none() {
        return Err(Error::new("no column holds a version"));
    }
    let mut session = trial.session().await?;
    for order in ORDERS {
        let content = trial.files.plain(5);
        let other = trial.files.revised(&content);
        let versions = [(&content, 1), (&other, 2), (&content, 3)];
        let versions = versions.map(|(file, version)| trial.files.version(file, version));
        for nth in order {
            let said = trial.load(&mut session, &versions[nth]).await;
            trial.notes.applied("a version", &said);
            let said = trial
                .listen("an increment", trial.subject.advance(&mut session))
                .await;
            trial.notes.applied("an increment", &said);
        }
        let what = format!("versions that came in the order {order:?}");
        refined(trial, &what, &versions[2].truth).await?;
    }
    Ok(trial.notes.findings())
}

/// What the refined table has of some things has to be this, whatever came when.
pub(crate) async fn refined<S: Refining>(
    trial: &mut Trial<'_, S>,
    what: &str,
    truth: &Truth,
) -> Result<(), Error> {
    trial.notes.looked();
    let rows = trial.witness.rows(&trial.subject.refined(), truth).await?;
    trial
        .notes
        .note_as(Invariant::Converges, what, rows_against(&rows, truth));
    Ok(())
}
