//! Runs the retail flow.
fn main() {}
