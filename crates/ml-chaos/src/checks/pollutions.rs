use crate::{Error, File, Findings, Pollution, Subject, Trial};

/// Good records of a file.
const RECORDS: usize = 60;

/// A1 to A5, B3 to B5, C2, I1: files with each [`Pollution`], one with all of them, one with texts that mean something to
/// parsers and to a COPY, one with a field as long as may be, and the same file with other ends of lines.
///
/// R, the polluted records are held back and all others loaded as they were; E, under the rule that they break; M, none that is
/// longer than may be is loaded.
///
/// # Errors
/// When the server cannot be asked.
pub async fn polluted_files<S: Subject>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let mut session = trial.session().await?;
    for by in Pollution::ALL {
        let file = trial.files.polluted(RECORDS, &[by]);
        load(trial, &mut session, &format!("{by:?}"), &file).await?;
    }
    let file = trial.files.polluted(RECORDS, &Pollution::ALL);
    load(trial, &mut session, "all at once", &file).await?;
    let file = trial.files.clean(RECORDS);
    load(trial, &mut session, "hostile texts", &file).await?;
    let longest = trial.witness.layout.longest;
    let file = trial.files.wide(3, longest);
    load(trial, &mut session, "fields as long as may be", &file).await?;
    for (what, changed) in [
        ("no end of the last line", unended as fn(_) -> _),
        ("CRLF", crlf),
    ] {
        let mut file = trial.files.plain(RECORDS);
        file.bytes = changed(file.bytes);
        load(trial, &mut session, what, &file).await?;
    }
    Ok(trial.notes.findings())
}

fn unended(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.pop();
    bytes
}

fn crlf(bytes: Vec<u8>) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    lines.join(&b"\r\n"[..])
}

async fn load<S: Subject>(
    trial: &mut Trial<'_, S>,
    session: &mut S::Session,
    what: &str,
    file: &File,
) -> Result<(), Error> {
    let said = trial.load(session, file).await;
    trial.notes.applied(what, &said);
    trial.is_whole(what, file).await
}
