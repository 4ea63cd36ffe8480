//! The star of the retail warehouse.
use metalayer::core::{Ident, Plan, Result};

pub fn star() -> Result<Plan> {
    Ok(Plan {
        warehouse: Ident::new("gold")?,
        sources: vec!["silver.sales".parse()?],
        install: Vec::new(),
        steps: Vec::new(),
        checks: Vec::new(),
        read: "SELECT count(*) FROM silver.sales".into(),
    })
}
