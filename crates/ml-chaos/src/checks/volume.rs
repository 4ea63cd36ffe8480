use crate::{Error, Findings, Subject, Trial};

/// A file of many short records, and one of as many bytes in long ones: give more of both than the subject sends to the server
/// at once, in rows as well as in bytes.
///
/// R, every row is there.
///
/// # Errors
/// When the server cannot be asked.
pub async fn large_files<S: Subject>(
    trial: &mut Trial<'_, S>,
    records: usize,
    bytes: usize,
) -> Result<Findings, Error> {
    let mut session = trial.session().await?;
    let width = trial.witness.layout.longest.min(64 << 10);
    let narrow = trial.files.wide(records, 8);
    let wide = trial.files.wide(bytes.div_ceil(width), width);
    for (what, file) in [("many records", narrow), ("long records", wide)] {
        let said = trial.load(&mut session, &file).await;
        trial.notes.applied(what, &said);
        trial.is_whole(what, &file).await?;
    }
    Ok(trial.notes.findings())
}
