use crate::{Error, File, Findings, Invariant, Outcome, Subject, Trial};

/// E1: the same file twice, the same content by another name, another content by the same name, and one more byte.
///
/// I, a content is loaded once whatever it is called; R, another content is not taken for one that was loaded.
///
/// # Errors
/// When the server cannot be asked.
pub async fn renamed_files<S: Subject>(trial: &mut Trial<'_, S>) -> Result<Findings, Error> {
    let mut session = trial.session().await?;
    let first = trial.files.clean(20);
    let said = trial.load(&mut session, &first).await;
    trial.notes.applied("a new file", &said);
    trial.adds_nothing("a file", &mut session, &first).await?;

    let renamed = File {
        name: format!("renamed-{}", first.name),
        ..first.clone()
    };
    let said = trial.load(&mut session, &renamed).await;
    if said.outcome != Outcome::Replayed {
        trial.notes.found(
            Invariant::Idempotent,
            format!("the same content by another name: {said}"),
        );
    }
    trial
        .has_rows("the same content by another name", &first)
        .await?;

    let other = File {
        name: first.name.clone(),
        ..trial.files.clean(20)
    };
    let said = trial.load(&mut session, &other).await;
    match said.outcome {
        Outcome::Applied => {
            trial
                .has_rows("another content by the same name", &other)
                .await?
        }
        // whether such a file is taken is a policy
        Outcome::Refused => {}
        _ => trial.notes.found(
            Invariant::Reconciles,
            format!("another content by the same name: {said}"),
        ),
    }
    trial.has_rows("the first content", &first).await?;
    Ok(trial.notes.findings())
}
