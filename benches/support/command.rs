//! Whole commands over the database of a bench.

use std::process::{Command, Stdio};
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::figure::timed;

/// How long a command takes, which must end well.
pub fn time(mut command: Command, url: &str) -> Duration {
    connect(&mut command, url);
    command.stdin(Stdio::null());
    let (ended, took) = timed(|| command.output().unwrap());
    let said = String::from_utf8_lossy(&ended.stdout);
    let complained = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{command:?}: {said}{complained}");
    took
}

/// Tells a command where the server is, by the variables that PostgreSQL's own programs read.
fn connect(command: &mut Command, url: &str) {
    let config: Config = url.parse().unwrap();
    let Some(Host::Tcp(host)) = config.get_hosts().first() else {
        panic!("the server has no address");
    };
    let password = String::from_utf8_lossy(config.get_password().unwrap()).into_owned();
    command.envs([
        ("PGHOST", host.as_str()),
        ("PGPORT", &config.get_ports()[0].to_string()),
        ("PGUSER", config.get_user().unwrap()),
        ("PGPASSWORD", &password),
        ("PGDATABASE", config.get_dbname().unwrap()),
        ("DO_NOT_TRACK", "1"),
    ]);
}
