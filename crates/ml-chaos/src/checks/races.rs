use crate::switch::switched;
use crate::{Error, File, Findings, Invariant, Message, Outcome, Pollution, Subject, Trial};

/// J1, J3: two load the same file at once, the first held at each of its messages until the second has ended or waits for it.
///
/// A, whoever looks meanwhile sees all of the file or nothing; I, one of the two loads it; C, it is there afterwards.
///
/// # Errors
/// When the server cannot be asked.
pub async fn raced_loads<S: Subject>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let proxy = trial.proxy().await?;
    let mut session = trial.subject.open(&proxy.url()).await.map_err(Error::new)?;
    let (opened, unraced) = (proxy.messages(), file(trial));
    let said = trial.load(&mut session, &unraced).await;
    trial.is_applied("unraced", &said);
    for nth in opened + 1..=proxy.messages() {
        race(trial, Message::Nth(nth)).await?;
    }
    Ok(trial.findings())
}

fn file<S: Subject>(trial: &mut Trial<'_, S>) -> File {
    trial.files.polluted(20, &[Pollution::Missing])
}

async fn race<S: Subject>(trial: &mut Trial<'_, S>, held: Message) -> Result<(), Error> {
    let (file, proxy, subject) = (file(trial), trial.proxy().await?, trial.subject);
    let what = format!("{}, held at {held:?}", file.name);
    let mut one = subject.open(&proxy.url()).await.map_err(Error::new)?;
    let mut other = trial.session().await?;
    let hold = proxy.hold(held);
    let second = async {
        let glance = trial.glance(&file).await;
        (glance, subject.load(&mut other, &file).await)
    };
    let (first, (glance, second)) =
        switched(trial, hold, subject.load(&mut one, &file), second).await?;
    let (seen, found) = glance?;
    trial.is_all_or_nothing(&what, &seen, found);
    for said in [&first, &second] {
        trial.heard(&what, said);
        trial.concluded(&file, said);
    }
    if [&first, &second]
        .iter()
        .all(|said| said.outcome == Outcome::Applied)
    {
        trial.found(
            Invariant::Idempotent,
            format!("{what}: both say that they loaded it"),
        );
    }
    trial.recovers(&what, &mut other, &file).await
}
