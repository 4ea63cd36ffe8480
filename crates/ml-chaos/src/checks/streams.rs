use crate::seen::rows_against;
use crate::switch::switched;
use crate::{Error, File, Findings, Message, Outcome, Streaming, Stretch, Trial};

/// Where the stretches that race begin and end.
const FROM: usize = 5;
const ENDS: [usize; 2] = [15, 12];

/// Two append to the same end of a stream at once, in other cuts, the first held at each of its messages until the second has
/// ended or waits for it.
///
/// I, no record is there twice; R, what one of the two says to have appended is there, and nothing else.
///
/// # Errors
/// When the server cannot be asked.
pub async fn raced_stretches<S: Streaming>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let proxy = trial.proxy().await?;
    let subject = trial.subject;
    let mut session = subject.open(&proxy.url()).await.map_err(Error::new)?;
    let file = trial.files.plain(ENDS[0]);
    let [begun, stretch, _] = stretches("unraced", &file);
    subject.append(&mut session, &begun).await;
    let begun = proxy.messages();
    let said = subject.append(&mut session, &stretch).await;
    trial.is_applied("unraced", &said);
    for nth in 1..=proxy.messages() - begun {
        race(trial, nth).await?;
    }
    Ok(trial.findings())
}

/// What a stream has before the race, and what races.
fn stretches(stream: &str, file: &File) -> [Stretch; 3] {
    [0..FROM, FROM..ENDS[0], FROM..ENDS[1]].map(|records| Stretch::of(stream, file, records))
}

async fn race<S: Streaming>(trial: &mut Trial<'_, S>, nth: u64) -> Result<(), Error> {
    let (proxy, subject) = (trial.proxy().await?, trial.subject);
    let file = trial.files.plain(ENDS[0]);
    let stretches = stretches(&format!("stream held at message {nth}"), &file);
    let what = &stretches[0].stream;
    let mut one = subject.open(&proxy.url()).await.map_err(Error::new)?;
    let mut other = trial.session().await?;
    let said = subject.append(&mut one, &stretches[0]).await;
    trial.is_applied(what, &said);
    let hold = proxy.hold(Message::Nth(proxy.messages() + nth));
    let first = subject.append(&mut one, &stretches[1]);
    let second = subject.append(&mut other, &stretches[2]);
    let (first, second) = switched(trial, hold, first, second).await?;
    let end = match (first.outcome, second.outcome) {
        (_, Outcome::Applied) if first.outcome != Outcome::Applied => ENDS[1],
        _ => ENDS[0],
    };
    for said in [&first, &second] {
        trial.heard(what, said);
    }
    trial.looked();
    let mut truth = file.truth;
    truth.rows.truncate(end);
    let seen = trial.rows(&trial.layout.rows, &truth).await?;
    trial.note(
        &format!("{what}: {first}, {second}"),
        rows_against(&seen, &truth),
    );
    Ok(())
}
