use crate::switch::switched;
use crate::{Error, File, Findings, Hold, Invariant, Message, Outcome, Pollution, Subject, Trial};

/// J1, J3: two load the same file at once, the first held at each of its messages until the second has ended or waits for it.
///
/// A, whoever looks meanwhile sees all of the file or nothing; I, one of the two loads it; C, it is there afterwards.
///
/// # Errors
/// When the server cannot be asked.
pub async fn raced_loads<S: Subject>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let proxy = trial.proxy().await?;
    let mut one = trial.session_by(&proxy).await?;
    let mut other = trial.session().await?;
    let (opened, unraced) = (proxy.messages(), file(trial));
    let said = trial.load(&mut one, &unraced).await;
    trial.notes.applied("unraced", &said);
    for nth in 1..=proxy.messages() - opened {
        let hold = proxy.hold(Message::Nth(proxy.messages() + nth));
        let what = format!("two loads, the first held at message {nth}");
        race(trial, &what, hold, [&mut one, &mut other]).await?;
    }
    Ok(trial.notes.findings())
}

fn file<S: Subject>(trial: &mut Trial<'_, S>) -> File {
    trial.files.polluted(20, &[Pollution::Missing])
}

async fn race<S: Subject>(
    trial: &mut Trial<'_, S>,
    what: &str,
    hold: Hold,
    [one, other]: [&mut S::Session; 2],
) -> Result<(), Error> {
    let (file, subject) = (file(trial), trial.subject);
    let second = async {
        let glance = trial.glance(&file).await;
        (glance, subject.load(other, &file).await)
    };
    let (first, (glance, second)) = switched(trial, hold, subject.load(one, &file), second).await?;
    let (seen, found) = glance?;
    trial.notes.all_or_nothing(what, &seen, found);
    for said in [&first, &second] {
        trial.notes.heard(what, said);
        trial.notes.concluded(&file, said);
    }
    if [&first, &second]
        .iter()
        .all(|said| said.outcome == Outcome::Applied)
    {
        trial.notes.found(
            Invariant::Idempotent,
            format!("{what}: both say that they loaded it"),
        );
    }
    trial.recovers(what, other, &file).await
}
