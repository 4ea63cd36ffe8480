//! The reference is written from the catalogue.

#[test]
fn the_reference_is_that_of_the_catalogue() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RULES.md");
    let kept = std::fs::read_to_string(path).unwrap();
    assert!(
        kept == ml_quality::reference(),
        "RULES.md is of another catalogue: cargo run -p ml-quality --example rules > crates/ml-quality/RULES.md"
    );
}

/// An example that does not fit would stand there as an error.
#[test]
fn every_rule_has_an_example_with_sql() {
    let reference = ml_quality::reference();
    let (rules, audits) = reference.split_once("# The audits").unwrap();
    for (part, least, head) in [(rules, 41, "[[rule]]"), (audits, 16, "[[audit]]")] {
        let entries: Vec<&str> = part.split("\n## ").skip(1).collect();
        assert!(entries.len() >= least, "{}", entries.len());
        let head = format!("\n```toml\n{head}\n");
        for entry in entries {
            for part in [&head, "Named `", "\n```sql\n"] {
                assert!(entry.contains(part), "{entry}");
            }
        }
    }
}
