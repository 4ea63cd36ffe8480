//! The same star built by dbt, as whole commands, against ours as whole commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use metalayer::prelude::*;
use tempfile::TempDir;

use crate::bed::Bed;
use crate::command;
use crate::figure::{figure, median, pair_of, two};
use crate::pairs;
use crate::server::{Kind, Server};
use crate::star::Star;

/// The argument by which the bench runs itself as a command.
pub const ONCE: &str = "once";
/// What both are asked for, in turn, and what comes into silver before.
const KINDS: [(&str, Option<Kind>); 5] = [
    ("first", None),
    ("increment", Some(Kind::New)),
    ("corrections", Some(Kind::Recent)),
    ("nothing_new", None),
    ("full", Some(Kind::New)),
];
/// Neither side has anything; what ours consumed is forgotten.
const EMPTY: &str = "DROP SCHEMA IF EXISTS gold CASCADE; DROP SCHEMA IF EXISTS dbt CASCADE; \
    DELETE FROM meta.warehouse; DELETE FROM meta.consumed; DELETE FROM meta.watermark";
const PROJECT: [(&str, &str); 10] = [
    ("dbt_project.yml", include_str!("tools/dbt_project.yml")),
    ("profiles.yml", include_str!("tools/profiles.yml")),
    (
        "macros/changes.sql",
        include_str!("tools/macros/changes.sql"),
    ),
    (
        "models/dim_customer.sql",
        include_str!("tools/models/dim_customer.sql"),
    ),
    (
        "models/dim_date.sql",
        include_str!("tools/models/dim_date.sql"),
    ),
    (
        "models/dim_part.sql",
        include_str!("tools/models/dim_part.sql"),
    ),
    (
        "models/fct_lines.sql",
        include_str!("tools/models/fct_lines.sql"),
    ),
    (
        "models/agg_day.sql",
        include_str!("tools/models/agg_day.sql"),
    ),
    (
        "models/agg_month_brand.sql",
        include_str!("tools/models/agg_month_brand.sql"),
    ),
    (
        "models/agg_month_segment.sql",
        include_str!("tools/models/agg_month_segment.sql"),
    ),
];
/// What a table of the star says in `{schema}`, without the keys that each side gives out.
const TABLES: [(&str, &str); 7] = [
    (
        "dim_customer",
        "SELECT customer_id, name, nation, segment FROM {schema}.dim_customer WHERE customer_key <> -1",
    ),
    (
        "dim_part",
        "SELECT part_id, brand, type FROM {schema}.dim_part WHERE part_key <> -1",
    ),
    (
        "dim_date",
        "SELECT date_key, day, year, quarter, month, day_of_month, iso_week, day_of_week, month_name, day_name \
         FROM {schema}.dim_date WHERE date_key <> -1",
    ),
    (
        "fct_lines",
        "SELECT _row_id, customer_id, part_id, day, order_id, ship_mode, quantity, revenue FROM {schema}.fct_lines \
         JOIN {schema}.dim_customer USING (customer_key) JOIN {schema}.dim_part USING (part_key) JOIN {schema}.dim_date USING (date_key)",
    ),
    (
        "agg_day",
        "SELECT day, lines, quantity, revenue FROM {schema}.agg_day",
    ),
    (
        "agg_month_segment",
        "SELECT year, month, segment, lines, quantity, revenue FROM {schema}.agg_month_segment",
    ),
    (
        "agg_month_brand",
        "SELECT year, month, brand, lines, quantity, revenue FROM {schema}.agg_month_brand",
    ),
];

/// A project of dbt in a folder of its own, and the program of a virtual environment.
struct Tools<'a> {
    server: &'a Server,
    dbt: PathBuf,
    folder: TempDir,
}

/// Times both on a first build, on 1 % new lines, on as many corrections of the newest, on nothing new, and on all of it
/// anew; `venv` has `dbt`.
pub fn run(server: &Server, venv: &Path) {
    let tools = Tools {
        server,
        dbt: venv.join("bin/dbt"),
        folder: tempfile::tempdir().unwrap(),
    };
    tools.write();
    let mut rounds: [[Vec<f64>; 3]; 5] = Default::default();
    for nth in 0..pairs() {
        server.bed.run(EMPTY);
        for ((kind, before), [ours, dbt, ratios]) in KINDS.iter().zip(&mut rounds) {
            match before {
                Some(load) => server.load(*load),
                None => server.settle(),
            }
            ratios.push(pair_of(
                nth,
                || tools.ours(kind, ours),
                || tools.dbt(kind, dbt),
                |ours, dbt| dbt / ours,
            ));
        }
        tools.assert_same();
    }
    for ((kind, _), [ours, dbt, ratios]) in KINDS.iter().zip(rounds) {
        figure(
            format!("ours_{kind}_command_seconds"),
            format!("{:.3}", median(ours)),
        );
        figure(
            format!("dbt_{kind}_command_seconds"),
            format!("{:.3}", median(dbt)),
        );
        figure(format!("dbt_{kind}_vs_ours"), two(median(ratios)));
    }
}

impl Tools<'_> {
    fn write(&self) {
        for (path, content) in PROJECT {
            let path = self.folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    fn ours(&self, kind: &str, seconds: &mut Vec<f64>) -> Duration {
        let mut ours = Command::new(std::env::current_exe().unwrap());
        ours.args([ONCE, kind, &self.server.url]);
        self.time(ours, seconds)
    }

    fn dbt(&self, kind: &str, seconds: &mut Vec<f64>) -> Duration {
        let mut dbt = Command::new(&self.dbt);
        dbt.arg("run").arg("--profiles-dir").arg(self.folder.path());
        if kind == "full" {
            dbt.arg("--full-refresh");
        }
        dbt.current_dir(&self.folder);
        self.time(dbt, seconds)
    }

    fn time(&self, command: Command, seconds: &mut Vec<f64>) -> Duration {
        let took = command::time(command, &self.server.url);
        seconds.push(took.as_secs_f64());
        took
    }

    /// Both sides have the same rows in every table.
    fn assert_same(&self) {
        for (table, rows) in TABLES {
            let of = |schema: &str| rows.replace("{schema}", schema);
            let (ours, theirs) = (of("gold"), of("dbt"));
            let count = |rows: &str| {
                self.server
                    .bed
                    .count(&format!("SELECT count(*) FROM ({rows}) AS side"))
            };
            let only_ours = count(&format!("{ours} EXCEPT {theirs}"));
            assert_eq!((only_ours, count(&ours)), (0, count(&theirs)), "{table}");
            assert!(count(&ours) > 0, "{table}");
        }
    }
}

/// What ours is asked for, as a command of its own.
pub fn once(kind: &str, url: &str) {
    let database = Database::open(&Config::new(&url.into()).unwrap()).unwrap();
    let bed = Bed::new(database);
    let star = Star::plain(&bed);
    match kind {
        "increment" | "corrections" => star.refresh(&bed),
        "nothing_new" => star.look(&bed),
        _ => star.rebuild(&bed),
    };
}
