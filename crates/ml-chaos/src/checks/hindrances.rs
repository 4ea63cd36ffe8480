use crate::hindrance::{Hinderable, Hindrance};
use crate::{Error, File, Findings, Invariant, Outcome, Pollution, Subject, Trial};

/// C8, H6, K8: each table that a load writes is away, or refuses all rows or one of them; then it is as before, and the same
/// session loads the file.
///
/// A and K-9, what is said while the server refuses is so; E, it has what the server said, and no answer to another question;
/// S, it has no value of a row, though the server tells them; C, all of the file is there after the load ran again, on whatever
/// connection the session kept.
///
/// # Errors
/// When the server cannot be asked, and when no hindrance kept a load from being applied.
pub async fn hindered_tables<S: Subject>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let mut session = trial.session().await?;
    let unhindered = file(trial);
    let said = trial.load(&mut session, &unhindered).await;
    trial.notes.applied("nothing in its way", &said);

    let rows = Hinderable::of(&trial.witness, &trial.witness.layout.rows).await?;
    let refused = file(trial);
    let picky = rows.picky(&trial.witness.key(), *refused.truth.keys.start());
    let mut hindered = hinder(trial, &mut session, picky, &refused).await?;
    let mut hindrances = vec![rows.away(), rows.deaf()];
    for table in &trial.witness.layout.written {
        let table = Hinderable::of(&trial.witness, table).await?;
        hindrances.extend([table.away(), table.deaf()]);
    }
    for hindrance in hindrances {
        let file = file(trial);
        hindered += hinder(trial, &mut session, hindrance, &file).await?;
    }
    match hindered {
        0 => Err(Error::new(
            "no load was hindered: name the tables that it writes",
        )),
        _ => Ok(trial.notes.findings()),
    }
}

/// One of its records is held back, so that there is something to write to every table.
fn file<S: Subject>(trial: &mut Trial<'_, S>) -> File {
    trial.files.polluted(10, &[Pollution::Missing])
}

/// A load with something in its way, and then without; answers 1 if it was hindered.
async fn hinder<S: Subject>(
    trial: &mut Trial<'_, S>,
    session: &mut S::Session,
    hindrance: Hindrance,
    file: &File,
) -> Result<u64, Error> {
    trial.witness.run(&hindrance.hinder).await?;
    let said = trial.load(session, file).await;
    trial.witness.run(&hindrance.undo).await?;
    if matches!(said.outcome, Outcome::Failed | Outcome::Refused)
        && !said.text.contains(&hindrance.says)
    {
        let what = format!("{}, and this is said of it: {said}", hindrance.what);
        trial.notes.found(Invariant::Explains, what);
    }
    trial.is_atomic(&hindrance.what, file).await?;
    trial.recovers(&hindrance.what, session, file).await?;
    Ok(u64::from(said.outcome != Outcome::Applied))
}
