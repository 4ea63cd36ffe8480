//! What a run came to, for people.

use std::fmt::{self, Display};
use std::time::Duration;

use metalayer::core::{Outcome, Result, Scorecard};
use metalayer::pg::ModelRun;

/// What one layer did.
pub struct Layer {
    pub name: &'static str,
    pub card: Scorecard,
    pub took: Duration,
    /// Loads applied, refused, and left alone because they were there.
    pub loads: (usize, usize, usize),
}

impl Layer {
    /// Sums the outcomes of a layer's loads.
    pub fn of<'a>(
        name: &'static str,
        outcomes: impl IntoIterator<Item = &'a Outcome>,
        took: Duration,
    ) -> Self {
        let mut layer = Layer {
            name,
            card: Scorecard::default(),
            took,
            loads: (0, 0, 0),
        };
        for outcome in outcomes {
            match outcome {
                Outcome::Applied(receipt) => {
                    layer.loads.0 += 1;
                    layer.card += &receipt.card;
                }
                Outcome::Refused(receipt) => {
                    layer.loads.1 += 1;
                    layer.card += &receipt.card;
                }
                Outcome::Replayed(_) | Outcome::Busy(_) => layer.loads.2 += 1,
            }
        }
        layer
    }
}

impl Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Layer {
            name,
            card,
            took,
            loads,
        } = self;
        let seconds = took.as_secs_f64();
        let rate = card.read as f64 / seconds.max(0.001);
        write!(
            f,
            "{name:<8}{:>9}{:>10}{:>12}{:>9}{seconds:>9.2}{rate:>11.0}   {} applied, {} refused, {} there already",
            card.read,
            card.accepted,
            card.quarantined,
            card.dropped(),
            loads.0,
            loads.1,
            loads.2
        )
    }
}

/// Prints the table of the layers, the scorecard by rule, and why rows were dropped.
pub fn print(layers: &[Layer]) {
    println!("\nlayer        read  accepted quarantined  dropped  seconds     rows/s   loads");
    layers.iter().for_each(|layer| println!("{layer}"));
    layers.iter().for_each(scorecard);
}

/// The rules that were violated, how many were not, and why rows were dropped.
fn scorecard(layer: &Layer) {
    let (violated, kept): (Vec<_>, Vec<_>) = layer
        .card
        .rules
        .iter()
        .partition(|(_, count)| count.violations > 0);
    if violated.is_empty() && kept.is_empty() {
        return;
    }
    println!("\n{:<40}{:<12}{:>10}", layer.name, "action", "count");
    for (rule, count) in violated {
        println!(
            "  {rule:<38}{:<12}{:>10}",
            count.action.as_str(),
            count.violations
        );
    }
    println!("  {} rules without a violation", kept.len());
    for (reason, records) in &layer.card.dropped {
        println!("  {reason:<38}{:<12}{records:>10}", "dropped");
    }
}

/// Prints what the refresh did to each table; nothing where there was nothing to do.
pub fn models(models: &[ModelRun]) {
    if models.is_empty() {
        return;
    }
    println!(
        "\n{:<28}{:>9}{:>10}{:>9}{:>9}{:>10}{:>8}{:>9}",
        "model", "rows", "inserted", "updated", "deleted", "scanned", "dead", "seconds"
    );
    for run in models {
        let rows = run.rows.map_or(String::new(), |rows| rows.to_string());
        println!(
            "{:<28}{rows:>9}{:>10}{:>9}{:>9}{:>10}{:>8}{:>9.2}",
            run.model,
            run.inserted,
            run.updated,
            run.deleted,
            run.scanned,
            run.dead,
            run.took.as_secs_f64()
        );
    }
}

/// Prints the sources that could not be loaded, and why.
pub fn failures(outcomes: &[Result<Outcome>]) {
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        println!("  not loaded: {}", error.chain());
    }
    for outcome in outcomes.iter().flatten() {
        if let Outcome::Refused(receipt) = outcome {
            println!("  load {} refused: {:?}", receipt.load, receipt.verdict);
        }
    }
}
