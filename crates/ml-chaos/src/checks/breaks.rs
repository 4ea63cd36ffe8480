use crate::{Break, Error, Fault, File, Findings, Message, Pollution, Subject, Trial};

/// Good records of a file.
const RECORDS: usize = 30;

/// H1, H2: the connection breaks before, within and after each message of a load, and the load runs again.
///
/// A, all of the file or nothing of it is there after the break; C, all of it after the load ran again; I, a third one adds
/// nothing; L, no session is left; and what was said is so.
///
/// # Errors
/// When the server cannot be asked, and when most faults did not come to pass: the load has other messages every time.
pub async fn broken_connections<S: Subject>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let proxy = trial.proxy().await?;
    let file = file(trial);
    let said = trial.load_by(&proxy.url(), &file).await;
    trial.is_applied("unbroken", &said);
    let (messages, mut unmet) = (proxy.messages(), 0);
    for nth in 1..=messages {
        for at in Break::ALL {
            let message = Message::Nth(nth);
            unmet += u64::from(!broken(trial, Fault { message, at }).await?);
        }
    }
    match unmet * 10 > messages * 3 {
        true => Err(Error::new(format!(
            "{unmet} faults at {messages} messages did not come to pass"
        ))),
        false => Ok(trial.findings()),
    }
}

fn file<S: Subject>(trial: &mut Trial<'_, S>) -> File {
    trial.files.polluted(RECORDS, &[Pollution::Missing])
}

/// One load with one fault; answers whether the fault came to pass.
async fn broken<S: Subject>(trial: &mut Trial<'_, S>, fault: Fault) -> Result<bool, Error> {
    let (file, proxy) = (file(trial), trial.proxy().await?);
    let what = format!("{}, broken {:?} {:?}", file.name, fault.at, fault.message);
    proxy.plan(fault);
    trial.load_by(&proxy.url(), &file).await;
    let met = !proxy.is_pending();
    trial.is_left_alone(&what).await?;
    trial.is_atomic(&what, &file).await?;
    let mut session = trial.session().await?;
    trial.recovers(&what, &mut session, &file).await?;
    trial.adds_nothing(&what, &mut session, &file).await?;
    drop(session);
    trial.is_left_alone(&what).await?;
    Ok(met)
}
