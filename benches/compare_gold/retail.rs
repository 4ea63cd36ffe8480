//! UCI Online Retail ten times over, and the star of the example over it.
//!
//! The 305 files go through the example's own pipeline to silver, which keeps 392,692 of 541,909 rows. There each row is
//! copied nine times: a copy has its number behind the invoice and behind the customer (`536365-2`, `17850-2`), so that it
//! brings as many more invoices and customers; products, days, countries and prices are the same. A load is 1 % more: the
//! latest rows again, by the same customers, under further invoices and on the days after the last.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metalayer::core::Silent;
use metalayer::prelude::*;

use crate::bed::Bed;
use crate::figure::figure;
use crate::server::Server;
use crate::star::Star;
use crate::{against_full, build, nothing_new, views};

#[path = "../../examples/retail/pipeline.rs"]
#[allow(dead_code)]
mod pipeline;
#[path = "../../examples/retail/sale.rs"]
mod sale;
#[path = "../../examples/retail/star.rs"]
mod star;

const TIMES: i64 = 10;
const FILES: usize = 305;
/// Of them, as Python's own csv counts them.
const SALES: i64 = 392_692;

pub fn run(server: &Server) {
    let bed = &server.bed;
    bed.runtime.block_on(load(bed));
    let sales = bed.count("SELECT count(*) FROM silver.sales");
    assert_eq!(sales, SALES);
    insert(
        server,
        &include_str!("copied_sales.sql").replace("{times}", &TIMES.to_string()),
    );
    let sales = bed.count("SELECT count(*) FROM silver.sales");
    assert_eq!(sales, SALES * TIMES);
    figure("sales", sales);
    let star = Star::planned(bed, star::star().unwrap());
    build(server, &star, "first_build_seconds");
    against_full(server, &star, "full_vs_incremental", || new_sales(server));
    nothing_new(server, &star);
    star.assert_same(bed);
    views::read(bed);
}

/// The folder of the daily files; without it there is nothing to measure.
fn folder() -> PathBuf {
    let data = env::var_os("METALAYER_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let folder = data.join("online-retail");
    assert!(
        folder.is_dir(),
        "{} is no folder: set METALAYER_DATA",
        folder.display()
    );
    folder
}

/// From the files to silver.
async fn load(bed: &Bed) {
    let files = csv_files(folder()).await.unwrap();
    assert_eq!(files.len(), FILES);
    let settings = Settings::from_vars(|_| None).unwrap();
    let retail = pipeline::Retail::open(&bed.database, &settings)
        .await
        .unwrap();
    for outcome in retail.bronze(&files, Arc::new(Silent)).await {
        assert!(matches!(outcome, Ok(Outcome::Applied(_))), "{outcome:?}");
    }
    retail.silver(Arc::new(Silent)).await.unwrap();
}

fn new_sales(server: &Server) {
    insert(server, include_str!("new_sales.sql"));
}

/// One more load of silver.
fn insert(server: &Server, sql: &str) {
    let load = server.enter("sales").to_string();
    server.bed.run(&sql.replace("{load}", &load));
    server.settle();
}
