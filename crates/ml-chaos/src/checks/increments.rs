use crate::checks::arrivals::refined;
use crate::switch::switched;
use crate::{Error, File, Findings, Hold, Message, Refining, Subject, Trial};

/// Records of a file.
const RECORDS: usize = 5;

/// A file is loaded while an increment is taken in, which is held at each of its messages until the load has ended.
///
/// C, all of it has been taken in after the next increment.
///
/// # Errors
/// When the server cannot be asked.
pub async fn overtaken_increments<S: Refining>(
    trial: &mut Trial<'_, S>,
) -> Result<Findings, Error> {
    let proxy = trial.proxy().await?;
    let mut one = trial.session_by(&proxy).await?;
    let mut other = trial.session().await?;
    // the first one of a session may have more to do than those after it
    for _ in 0..2 {
        load(trial, &mut other).await?;
        let said = trial
            .listen("an increment", trial.subject.advance(&mut one))
            .await;
        trial.notes.applied("an increment", &said);
    }
    let (mut nth, mut messages) = (1, 1);
    while nth <= messages {
        let begun = proxy.messages();
        let hold = proxy.hold(Message::Nth(begun + nth));
        let what = format!("an increment held at message {nth}");
        overtake(trial, &what, hold, [&mut one, &mut other]).await?;
        messages = messages.max(proxy.messages() - begun);
        nth += 1;
    }
    Ok(trial.notes.findings())
}

/// An increment of one file, in the middle of which another is loaded, and one after it.
async fn overtake<S: Refining>(
    trial: &mut Trial<'_, S>,
    what: &str,
    hold: Hold,
    [one, other]: [&mut S::Session; 2],
) -> Result<(), Error> {
    let before = load(trial, other).await?;
    let (during, subject) = (trial.files.plain(RECORDS), trial.subject);
    let (increment, load) = (subject.advance(one), subject.load(other, &during));
    let (advanced, loaded) = switched(trial, hold, increment, load).await?;
    for said in [&advanced, &loaded] {
        trial.notes.heard(what, said);
        trial.notes.applied(what, said);
    }
    trial.listen(what, subject.advance(one)).await;
    for file in [&before, &during] {
        refined(trial, what, &file.truth).await?;
    }
    Ok(())
}

/// A new file of good records.
async fn load<S: Subject>(
    trial: &mut Trial<'_, S>,
    session: &mut S::Session,
) -> Result<File, Error> {
    let file = trial.files.plain(RECORDS);
    let said = trial.load(session, &file).await;
    trial.notes.applied("a file", &said);
    Ok(file)
}
