use crate::{Break, Error, Fault, File, Findings, Message, Pollution, Proxy, Subject, Trial};

/// Good records of a file.
const RECORDS: usize = 30;

/// H1, H2: the connection breaks before, within and after each message of a session that begins and loads a file, and the load
/// runs again on the same session.
///
/// A, all of the file or nothing of it is there after the break; C, all of it after the load ran again; I, a third one adds
/// nothing; L, no connection is left behind; and what was said is so.
///
/// # Errors
/// When the server cannot be asked, and when many faults did not come to pass: the load has other messages every time.
pub async fn broken_connections<S: Subject>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let (mut proxy, mut session) = begun(trial).await?;
    let first = proxy.messages();
    let unbroken = file(trial);
    let said = trial.load(&mut session, &unbroken).await;
    trial.notes.applied("unbroken", &said);
    let loading = proxy.messages() - first;
    // what the first load of a session has more
    let opening = first.saturating_sub(loading);
    let mut unmet = 0;
    for nth in 1..=opening {
        for at in Break::ALL {
            unmet += break_opening(trial, &mut session, nth, at).await?;
        }
    }
    for nth in 1..=loading {
        for at in Break::ALL {
            if !break_load(trial, &proxy, &mut session, nth, at).await? {
                unmet += 1;
                (proxy, session) = begun(trial).await?;
            }
        }
    }
    // a message more or less now and then is no matter: at the end of what is swept nothing is left to break
    match unmet * 10 > opening + loading {
        true => Err(Error::new(format!("{unmet} faults did not come to pass"))),
        false => Ok(trial.notes.findings()),
    }
}

/// A session by way of a proxy that has loaded a file, so that it is as connected as it will be.
async fn begun<S: Subject>(trial: &mut Trial<'_, S>) -> Result<(Proxy, S::Session), Error> {
    let proxy = trial.proxy().await?;
    let mut session = trial.session_by(&proxy).await?;
    let file = file(trial);
    let said = trial.load(&mut session, &file).await;
    trial.notes.applied("unbroken", &said);
    Ok((proxy, session))
}

fn file<S: Subject>(trial: &mut Trial<'_, S>) -> File {
    trial.files.polluted(RECORDS, &[Pollution::Missing])
}

/// Breaks a message of a session that begins; answers 1 if there was none.
async fn break_opening<S: Subject>(
    trial: &mut Trial<'_, S>,
    session: &mut S::Session,
    nth: u64,
    at: Break,
) -> Result<u64, Error> {
    let (file, proxy, others) = (
        file(trial),
        trial.proxy().await?,
        trial.witness.others().await?,
    );
    let what = format!("{}, broken {at:?} message {nth} of a session", file.name);
    let message = Message::Nth(nth);
    proxy.plan(Fault { message, at });
    if let Ok(mut broken) = trial.session_by(&proxy).await {
        trial.load(&mut broken, &file).await;
    }
    trial.is_left_alone(&what, others).await?;
    look(trial, &what, session, &file).await?;
    Ok(u64::from(proxy.is_pending()))
}

/// Breaks a message of a load; answers whether there was one.
async fn break_load<S: Subject>(
    trial: &mut Trial<'_, S>,
    proxy: &Proxy,
    session: &mut S::Session,
    nth: u64,
    at: Break,
) -> Result<bool, Error> {
    let (file, others) = (file(trial), trial.witness.others().await?);
    let what = format!("{}, broken {at:?} message {nth} of a load", file.name);
    let message = Message::Nth(proxy.messages() + nth);
    proxy.plan(Fault { message, at });
    trial.load(session, &file).await;
    if proxy.is_pending() {
        return Ok(false);
    }
    trial.is_left_alone(&what, others).await?;
    look(trial, &what, session, &file).await?;
    Ok(true)
}

async fn look<S: Subject>(
    trial: &mut Trial<'_, S>,
    what: &str,
    session: &mut S::Session,
    file: &File,
) -> Result<(), Error> {
    trial.is_atomic(what, file).await?;
    trial.recovers(what, session, file).await?;
    trial.adds_nothing(what, session, file).await
}
