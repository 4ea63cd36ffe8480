use ml_core::{Ident, Result};

use crate::failure::Doing;
use crate::step::step;
use crate::table::quoted;
use crate::{Database, ModelRun};

/// Fewer rows are left to autovacuum, which comes within a minute.
const LEAST: u64 = 100_000;
/// And a smaller part of the table than one to so many: all of it is looked through.
const PART: u64 = 10;

/// Vacuums the models of which a refresh has written much, so that what readers ask next is answered from indexes alone,
/// and dead rows do not add up before autovacuum comes.
///
/// After the commit, because VACUUM runs in no transaction. Everything is right without, so that one who may not do it,
/// or comes while another one does, does without.
pub(crate) async fn after(database: &Database, warehouse: &Ident, runs: &[ModelRun]) {
    for run in runs.iter().filter(|run| is_large(run)) {
        step("vacuum");
        if let Err(error) = vacuum(database, warehouse, run).await {
            tracing::debug!(error = %error.chain(), "{} waits for autovacuum", run.model);
        }
    }
}

fn is_large(run: &ModelRun) -> bool {
    let rows = run.rows.unwrap_or(u64::MAX);
    run.rows.is_some() && run.written() >= LEAST && run.written() >= rows / PART
}

async fn vacuum(database: &Database, warehouse: &Ident, run: &ModelRun) -> Result<()> {
    let client = database.aside().await?;
    let table = quoted(&run.model);
    client
        .batch_execute(&format!("VACUUM (SKIP_LOCKED) {warehouse}.{table}"))
        .await
        .doing(format!("cannot vacuum {}", run.model))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_much_of_a_model_is_large() {
        let run = |rows, inserted, deleted| ModelRun {
            model: String::from("fct"),
            rows,
            inserted,
            updated: 0,
            deleted,
            scanned: 0,
            dead: 0,
            took: Duration::ZERO,
        };
        assert!(is_large(&run(Some(100_000), 100_000, 0)));
        assert!(is_large(&run(Some(0), 0, 100_000)));
        assert!(!is_large(&run(Some(99_999), 99_999, 0)));
        assert!(!is_large(&run(Some(2_000_000), 100_000, 0)));
        assert!(
            !is_large(&run(None, 100_000, 0)),
            "silver has its own times"
        );
    }
}
