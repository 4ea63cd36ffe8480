//! The table of results, as it stands in the README.

use serde_json::Value;

use super::Failure;

/// What the table stands between.
pub const BEGIN: &str =
    "<!-- reliability: cargo run --example chaos -- table tests/figures/reliability.json -->";
pub const END: &str = "<!-- end of reliability -->";

/// The table of some results, each as a tier wrote it.
pub fn table(results: &[Value]) -> Result<String, Failure> {
    let mut lines = vec![
        String::from("| Check | Runs | Violations | 95 % upper bound | Time |"),
        String::from("| --- | --- | --- | --- | --- |"),
    ];
    let mut notes = Vec::new();
    for result in results {
        let checks = result["checks"]
            .as_array()
            .ok_or("a result has no checks")?;
        for check in checks {
            lines.push(line(check)?);
        }
        notes.push(note(result)?);
    }
    Ok(format!("{}\n\n{}\n", lines.join("\n"), notes.join("\n")))
}

fn line(check: &Value) -> Result<String, Failure> {
    let bound = match (check["bound"].as_f64(), check["reach"].as_str()) {
        (Some(bound), _) => format!("{:.2} %", bound * 100.0),
        (None, Some("Each")) => String::from("all there are"),
        (None, _) => String::from("none"),
    };
    let seconds = number(check, "seconds")?;
    let time = match seconds {
        0..120 => format!("{seconds} s"),
        _ => format!("{} min", (seconds + 30) / 60),
    };
    let (runs, violations) = (number(check, "runs")?, number(check, "violations")?);
    let name = text(check, "name")?;
    Ok(format!(
        "| {name} | {runs} | {violations} | {bound} | {time} |"
    ))
}

fn note(result: &Value) -> Result<String, Failure> {
    let [tier, commit, postgres, machine] =
        ["tier", "commit", "postgres", "machine"].map(|of| text(result, of));
    let (tier, commit, postgres, machine) = (tier?, commit?, postgres?, machine?);
    let seed = number(result, "seed")?;
    Ok(format!(
        "Tier `{tier}`, seed {seed}, commit `{commit}`, PostgreSQL {postgres}, {machine}."
    ))
}

fn text<'a>(of: &'a Value, name: &str) -> Result<&'a str, Failure> {
    of[name]
        .as_str()
        .ok_or_else(|| format!("a result has no {name}").into())
}

fn number(of: &Value, name: &str) -> Result<u64, Failure> {
    of[name]
        .as_u64()
        .ok_or_else(|| format!("a result has no {name}").into())
}
