//! The same SQL run by dbt and by SQLMesh, each as a whole command, against ours as a whole command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::command;
use crate::figure::{figure, median, two};
use crate::server::Server;

const ROUNDS: usize = 5;
/// The argument by which the bench runs itself as a command.
pub const ONCE: &str = "once";
const TOOLS: [&str; 3] = ["ours", "dbt", "sqlmesh"];
/// What each is asked for, in turn.
const KINDS: [&str; 3] = ["first", "increment", "nothing_new"];
const EMPTY: &str = "DROP SCHEMA IF EXISTS dbt CASCADE; DROP SCHEMA IF EXISTS mesh CASCADE; \
    DROP SCHEMA IF EXISTS sqlmesh CASCADE; DROP SCHEMA IF EXISTS sqlmesh__mesh CASCADE";

/// Projects of the tools in a folder of their own, and the programs of a virtual environment.
struct Tools<'a> {
    server: &'a Server,
    programs: PathBuf,
    folder: TempDir,
    /// SQLMesh takes in what is new once for each day that has passed.
    days: u64,
}

/// Times every tool on a first load, on 1 % more, and on nothing new; `venv` has `dbt` and `sqlmesh`.
pub fn run(server: &Server, rows: u64, first: i64, venv: &Path) {
    let mut tools = Tools {
        server,
        programs: venv.join("bin"),
        folder: tempfile::tempdir().unwrap(),
        days: 0,
    };
    tools.write();
    let mut seconds: [[Vec<f64>; 3]; 3] = Default::default();
    for _ in 0..ROUNDS {
        server.empty();
        server.forget(first);
        server.bed.run(EMPTY);
        for (kind, name) in KINDS.iter().enumerate() {
            if *name == "increment" {
                let half = (rows / 200).max(1);
                let (new, last) = (rows + 1, rows + half);
                server.make(&format!(
                    "SELECT n, 0 FROM generate_series({new}, {last}) AS n \
                     UNION ALL SELECT n, 2 FROM generate_series(1, {rows}, {}) AS n",
                    rows / half
                ));
            }
            tools.days += 1;
            for (tool, seconds) in seconds.iter_mut().enumerate() {
                seconds[kind].push(tools.time(TOOLS[tool], name).as_secs_f64());
            }
        }
        server.assert_same_as("dbt.orders");
        server.assert_same_as("mesh.orders");
    }
    tell(&seconds);
}

fn tell(seconds: &[[Vec<f64>; 3]; 3]) {
    for (kind, name) in KINDS.iter().enumerate() {
        for (tool, seconds) in TOOLS.iter().zip(seconds) {
            let took = format!("{:.3}", median(seconds[kind].clone()));
            figure(format!("{tool}_{name}_command_seconds"), took);
        }
        for tool in 1..TOOLS.len() {
            let both = seconds[tool][kind].iter().zip(&seconds[0][kind]);
            let ratio = median(both.map(|(theirs, ours)| theirs / ours).collect());
            figure(format!("{name}_vs_{}", TOOLS[tool]), two(ratio));
        }
    }
}

impl Tools<'_> {
    /// Writes the projects: the SELECT of the hand-written SQL, after what the model has already.
    fn write(&self) {
        let clean = include_str!("clean.sql");
        let (_, from) = clean.split_once("SELECT DISTINCT ON").unwrap();
        let (select, _) = from.split_once("ON CONFLICT").unwrap();
        let select = format!("SELECT DISTINCT ON{select}");
        let dbt = include_str!("tools/dbt_orders.sql").replace("{select}", &select);
        let dbt = dbt.replace(
            "{after}",
            "{% if is_incremental() %}(SELECT max(load_id) FROM {{ this }}){% else %}0{% endif %}",
        );
        let mesh = include_str!("tools/sqlmesh_orders.sql").replace("{select}", &select);
        let mesh = mesh.replace(
            "{after}",
            "(SELECT coalesce(max(load_id), 0) FROM mesh.orders)",
        );
        let files = [
            ("dbt/dbt_project.yml", include_str!("tools/dbt_project.yml")),
            ("dbt/profiles.yml", include_str!("tools/profiles.yml")),
            ("dbt/models/orders.sql", &dbt),
            ("mesh/config.yaml", include_str!("tools/config.yaml")),
            ("mesh/models/orders.sql", &mesh),
        ];
        for (path, content) in files {
            let path = self.folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    fn time(&self, tool: &str, kind: &str) -> Duration {
        let command = match tool {
            "ours" => {
                let mut ours = Command::new(std::env::current_exe().unwrap());
                ours.args([ONCE, &self.server.url]);
                ours
            }
            "dbt" => {
                let mut dbt = Command::new(self.programs.join("dbt"));
                let folder = self.folder.path().join("dbt");
                dbt.arg("run").arg("--profiles-dir").arg(&folder);
                dbt.current_dir(folder);
                dbt
            }
            _ => {
                let mut mesh = Command::new(self.programs.join("sqlmesh"));
                // as of a month ago, and one day more each time
                let until = chrono::Utc::now() - chrono::Days::new(30 - self.days);
                let until = until.format("%Y-%m-%d").to_string();
                match kind {
                    "first" => mesh
                        .args(["plan", "--auto-apply", "--no-prompts", "--skip-tests"])
                        .args(["--execution-time", &until]),
                    _ => mesh.args(["run", "--ignore-cron", "--end", &until]),
                };
                mesh.current_dir(self.folder.path().join("mesh"));
                mesh
            }
        };
        command::time(command, &self.server.url)
    }
}
