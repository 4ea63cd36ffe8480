use crate::checks::arrivals::refined;
use crate::switch::switched;
use crate::{Error, File, Findings, Message, Refining, Subject, Trial};

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
    let subject = trial.subject;
    let mut session = subject.open(&proxy.url()).await.map_err(Error::new)?;
    for _ in 0..2 {
        load(trial).await?;
        let said = trial
            .listen("an increment", subject.advance(&mut session))
            .await;
        trial.is_applied("an increment", &said);
    }
    let mut nth = 1;
    loop {
        let before = load(trial).await?;
        let during = trial.files.plain(5);
        let began = proxy.messages();
        let hold = proxy.hold(Message::Nth(began + nth));
        let mut other = trial.session().await?;
        let increment = subject.advance(&mut session);
        let (advanced, loaded) =
            switched(trial, hold, increment, subject.load(&mut other, &during)).await?;
        let what = format!("an increment held at message {nth}");
        trial.is_applied(&what, &advanced);
        trial.is_applied(&what, &loaded);
        let messages = proxy.messages() - began;
        trial.listen(&what, subject.advance(&mut session)).await;
        for file in [&before, &during] {
            refined(trial, &what, &file.truth).await?;
        }
        nth += 1;
        if nth > messages {
            return Ok(trial.findings());
        }
    }
}

/// A new file of good records.
async fn load<S: Subject>(trial: &mut Trial<'_, S>) -> Result<File, Error> {
    let file = trial.files.plain(5);
    let mut session = trial.session().await?;
    let said = trial.load(&mut session, &file).await;
    trial.is_applied("a file", &said);
    Ok(file)
}
