//! Writes the reference of all rules: `cargo run -p ml-quality --example rules > crates/ml-quality/RULES.md`.

fn main() {
    print!("{}", ml_quality::reference());
}
