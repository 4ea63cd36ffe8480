use crate::seen::rows_against;
use crate::switch::switched;
use crate::{Error, File, Findings, Hold, Message, Outcome, Streaming, Stretch, Trial, Truth};

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
    let mut one = trial.session_by(&proxy).await?;
    let mut other = trial.session().await?;
    let file = trial.files.plain(ENDS[0]);
    let [begun, stretch, _] = stretches("unraced", &file);
    trial.subject.append(&mut one, &begun).await;
    let begun = proxy.messages();
    let said = trial.subject.append(&mut one, &stretch).await;
    trial.notes.applied("unraced", &said);
    for nth in 1..=proxy.messages() - begun {
        let file = trial.files.plain(ENDS[0]);
        let stretches = stretches(&format!("stream held at message {nth}"), &file);
        let said = trial.subject.append(&mut one, &stretches[0]).await;
        trial.notes.applied(&stretches[0].stream, &said);
        let hold = proxy.hold(Message::Nth(proxy.messages() + nth));
        race(trial, hold, [&mut one, &mut other], &stretches, file.truth).await?;
    }
    Ok(trial.notes.findings())
}

/// What a stream has before the race, and what races.
fn stretches(stream: &str, file: &File) -> [Stretch; 3] {
    let records = [0..FROM, FROM..ENDS[0], FROM..ENDS[1]];
    records.map(|records| Stretch::of(stream, file, records))
}

async fn race<S: Streaming>(
    trial: &mut Trial<'_, S>,
    hold: Hold,
    [one, other]: [&mut S::Session; 2],
    [_, long, short]: &[Stretch; 3],
    mut truth: Truth,
) -> Result<(), Error> {
    let subject = trial.subject;
    let (first, second) = (subject.append(one, long), subject.append(other, short));
    let (first, second) = switched(trial, hold, first, second).await?;
    let what = format!("{}: {first}, {second}", long.stream);
    for said in [&first, &second] {
        trial.notes.heard(&what, said);
    }
    if first.outcome != Outcome::Applied && second.outcome == Outcome::Applied {
        truth.rows.truncate(ENDS[1]);
    }
    trial.notes.looked();
    let seen = trial
        .witness
        .rows(&trial.witness.layout.rows, &truth)
        .await?;
    trial.notes.note(&what, rows_against(&seen, &truth));
    Ok(())
}
