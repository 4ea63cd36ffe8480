//! What it takes silver to read what bronze has loaded: every record is read, decoded and dropped.

use metalayer::prelude::*;

use crate::figure::{figure, timed, two};
use crate::file::Sample;
use crate::headline::CHUNK;
use crate::order::Order;
use crate::server::Server;

/// All rows in one load.
pub fn of_one_load(server: &Server, rows: u64) {
    let sample = Sample::write(server.path("silver.csv"), rows, 0);
    server.typed(&sample, CHUNK);
    read(server, "silver_reads_one_load_seconds");
}

/// Reads all loads there are, for the figure of this name.
pub fn read(server: &Server, name: &str) {
    let from = Contract::of::<Order>().unwrap();
    let increment = Increment::new(&server.bed.database, name, &from, &server.merged);
    let leave_out = |_: Order, report: &mut Report| report.drop::<Order>("only read");
    let flow = Flow::new(Gate::off());
    let run = increment.run(&flow, Order::blank(), &leave_out);
    let (advance, took) = timed(|| server.bed.runtime.block_on(run));
    let read = advance.unwrap().card().read;
    let there = server.bed.count("SELECT count(*) FROM bronze.orders");
    assert_eq!(read, there as u64);
    figure(name, two(took.as_secs_f64()));
}
