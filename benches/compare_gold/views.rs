//! The views over the star, and how long readers wait for them.

use metalayer::gold::View;

use crate::bed::Bed;
use crate::figure::{figure, timed, two};

/// How often each is read, unless that takes longer than so many seconds; ten times in any case.
const READS: usize = 100;
const LONGEST: f64 = 20.0;
const LEAST: usize = 10;

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

/// Reads each view of gold often, and prints what its plan reads.
pub fn read(bed: &Bed) {
    let mut slowest: f64 = 0.0;
    let views = bed.ask("SELECT viewname::text FROM pg_views WHERE schemaname = 'gold' ORDER BY 1");
    for view in &views {
        let name: &str = view.get(0);
        let times = times(bed, name);
        let (p50, p99) = (
            times[times.len() / 2],
            times[(times.len() * 99).div_ceil(100) - 1],
        );
        slowest = slowest.max(p99);
        figure(format!("{name}_p50_ms"), two(p50));
        figure(format!("{name}_p99_ms"), two(p99));
        figure(format!("{name}_reads"), plan(bed, name));
    }
    figure("slowest_view_p99_ms", two(slowest));
}

/// How many milliseconds each read takes, in order.
fn times(bed: &Bed, name: &str) -> Vec<f64> {
    let query = format!("SELECT * FROM gold.{name}");
    let mut times = Vec::new();
    while times.len() < LEAST
        || (times.len() < READS && times.iter().sum::<f64>() < LONGEST * 1_000.0)
    {
        times.push(timed(|| bed.ask(&query)).1.as_secs_f64() * 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    times
}

/// The scans of its plan.
fn plan(bed: &Bed, name: &str) -> String {
    let rows = bed.ask(&format!("EXPLAIN (COSTS off) SELECT * FROM gold.{name}"));
    let scans = rows.iter().filter_map(|row| {
        let line: &str = row.get(0);
        let line = line.trim().trim_start_matches("->").trim();
        line.contains("Scan").then_some(line)
    });
    scans.collect::<Vec<_>>().join("; ")
}
