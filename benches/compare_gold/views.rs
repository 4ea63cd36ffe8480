//! The views over the star, and how long readers wait for them.

use metalayer::gold::View;

use crate::figure::{figure, timed, two};
use crate::server::Server;

const READS: usize = 100;

const VIEWS: [(&str, &str); 6] = [
    (
        "v_executive_summary",
        include_str!("views/executive_summary.sql"),
    ),
    ("v_revenue_by_day", include_str!("views/revenue_by_day.sql")),
    ("v_segments", include_str!("views/segments.sql")),
    ("v_brands", include_str!("views/brands.sql")),
    ("v_top_customers", include_str!("views/top_customers.sql")),
    (
        "v_last_week_by_ship_mode",
        include_str!("views/last_week_by_ship_mode.sql"),
    ),
];

pub fn all() -> Vec<View> {
    VIEWS.map(|(name, select)| View::new(name, select)).into()
}

/// Reads each of them often, and prints what its plan reads.
pub fn read(server: &Server) {
    let mut slowest: f64 = 0.0;
    for (name, _) in VIEWS {
        let query = format!("SELECT count(*) FROM (SELECT * FROM gold.{name} OFFSET 0) AS read");
        let mut times: Vec<f64> = (0..READS)
            .map(|_| timed(|| server.bed.count(&query)).1.as_secs_f64() * 1_000.0)
            .collect();
        times.sort_by(f64::total_cmp);
        let (p50, p99) = (times[READS / 2], times[READS * 99 / 100 - 1]);
        slowest = slowest.max(p99);
        figure(format!("{name}_p50_ms"), two(p50));
        figure(format!("{name}_p99_ms"), two(p99));
        figure(format!("{name}_reads"), plan(server, name));
    }
    figure("slowest_view_p99_ms", two(slowest));
}

/// The scans of its plan.
fn plan(server: &Server, name: &str) -> String {
    let explain = format!("EXPLAIN (COSTS off) SELECT * FROM gold.{name}");
    let rows = server.bed.runtime.block_on(async {
        let client = server.bed.database.client().await.unwrap();
        client.query(&explain, &[]).await.unwrap()
    });
    let scans = rows.iter().filter_map(|row| {
        let line: String = row.get(0);
        let line = line.trim().trim_start_matches("->").trim().to_owned();
        line.contains("Scan").then_some(line)
    });
    scans.collect::<Vec<_>>().join("; ")
}
