//! What a private server promises, tried on a real one.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use ml_embed::{Cluster, Error};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Set for the copy of this program which starts a server to be killed with.
const OWNED: &str = "ML_EMBED_OWNED";

/// The answer to a client which gives its name, and nothing else: `R` and a kind of authentication,
/// which is 0 for none needed and 10 for SCRAM.
fn greeting(mut server: impl Read + Write) -> (u8, u32) {
    let names = b"user\0postgres\0database\0postgres\0\0";
    server
        .write_all(&(8 + names.len() as u32).to_be_bytes())
        .unwrap();
    server.write_all(&196_608_u32.to_be_bytes()).unwrap();
    server.write_all(names).unwrap();
    let mut answer = [0; 9];
    server.read_exact(&mut answer).unwrap();
    (
        answer[0],
        u32::from_be_bytes(answer[5..].try_into().unwrap()),
    )
}

fn over_socket(cluster: &Cluster) -> (u8, u32) {
    let name = format!(".s.PGSQL.{}", cluster.port());
    greeting(UnixStream::connect(cluster.socket().join(name)).unwrap())
}

fn over_loopback(cluster: &Cluster) -> (u8, u32) {
    greeting(TcpStream::connect(("127.0.0.1", cluster.port())).unwrap())
}

/// What `psql` says to a statement; nothing on a machine without it.
fn asked(cluster: &Cluster, url: &str, statement: &str) -> Option<Result<String, String>> {
    let mut psql = Command::new(cluster.program("psql")?);
    psql.args(["-X", "-A", "-t", "-w", "-c", statement, url]);
    let output = psql.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim().to_owned();
    Some(if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    })
}

fn answer(cluster: &Cluster, statement: &str) -> Option<String> {
    asked(cluster, &cluster.url("postgres"), statement).map(Result::unwrap)
}

fn password(cluster: &Cluster) -> String {
    let url = cluster.url("postgres");
    url["postgres://postgres:".len()..]
        .split('@')
        .next()
        .unwrap()
        .to_owned()
}

fn alive(process: u32) -> bool {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "kill -0 \"$1\"", "sh", &process.to_string()])
        .stderr(Stdio::null());
    shell.status().unwrap().success()
}

/// All of 127.0.0.0/8 is the loopback interface on Linux.
#[cfg(target_os = "linux")]
#[test]
fn a_server_is_reached_at_another_address_by_password() {
    let address = [127, 0, 0, 2];
    let cluster = Cluster::temporary()
        .address(address.into())
        .start()
        .unwrap();
    let there = TcpStream::connect((std::net::IpAddr::from(address), cluster.port()));
    assert_eq!(greeting(there.unwrap()), (b'R', 10));
    assert_eq!(over_loopback(&cluster), (b'R', 10));
    assert_eq!(over_socket(&cluster), (b'R', 0));
    let elsewhere = Cluster::temporary().start().unwrap();
    let there = (std::net::IpAddr::from(address), elsewhere.port());
    assert!(TcpStream::connect(there).is_err());
}

#[test]
fn a_temporary_server_answers_and_leaves_nothing() {
    let cluster = Cluster::temporary()
        .setting("work_mem", "7MB")
        .start()
        .unwrap();
    assert!(cluster.version() >= 15);
    assert_eq!(over_socket(&cluster), (b'R', 0));
    if let Some(shown) = answer(&cluster, "SELECT current_setting('work_mem')") {
        assert_eq!(shown, "7MB");
        assert_eq!(answer(&cluster, "SHOW fsync").unwrap(), "off");
        assert_eq!(answer(&cluster, "SHOW server_encoding").unwrap(), "UTF8");
    }
    let (process, socket) = (cluster.process_id(), cluster.socket().to_owned());
    cluster.stop().unwrap();
    assert!(!alive(process));
    assert!(!socket.exists());
}

#[test]
fn two_at_once_do_not_meet() {
    let (one, two) = thread::scope(|scope| {
        let one = scope.spawn(|| Cluster::temporary().start().unwrap());
        let two = scope.spawn(|| Cluster::temporary().durable().start().unwrap());
        (one.join().unwrap(), two.join().unwrap())
    });
    assert_ne!(one.port(), two.port());
    assert_ne!(one.socket(), two.socket());
    assert_ne!(password(&one), password(&two));
    if let Some(fsync) = answer(&two, "SHOW fsync") {
        assert_eq!(fsync, "on");
        assert_eq!(
            answer(&one, "CREATE DATABASE mine").unwrap(),
            "CREATE DATABASE"
        );
        assert!(asked(&two, &two.url("mine"), "SELECT 1").unwrap().is_err());
    }
}

#[test]
fn there_is_no_way_in_without_the_password() {
    let cluster = Cluster::temporary().start().unwrap();
    assert_eq!(over_loopback(&cluster), (b'R', 10));
    let secret = password(&cluster);
    for guess in ["", "postgres", "password"] {
        let url = cluster.url("postgres").replace(&secret, guess);
        if let Some(answer) = asked(&cluster, &url, "SELECT 1") {
            assert!(
                answer.unwrap_err().contains("password"),
                "{guess:?} was let in"
            );
        }
    }
}

#[test]
fn the_password_is_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = Cluster::kept(dir.path()).start().unwrap();
    let secret = password(&cluster);
    assert!(!format!("{cluster:?} {cluster:#?}").contains(&secret));
    assert!(!fs::read_to_string(cluster.log()).unwrap().contains(&secret));
    let error = Cluster::kept(dir.path()).start().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&secret));
}

#[test]
fn a_kept_directory_is_for_one_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = Cluster::kept(dir.path()).start().unwrap();
    let error = Cluster::kept(dir.path()).start().unwrap_err();
    let own = std::process::id();
    assert!(
        matches!(error, Error::InUse { process, .. } if process == own),
        "{error}"
    );
    let (url, port) = (cluster.url("postgres"), cluster.port());
    cluster.stop().unwrap();
    let again = Cluster::kept(dir.path()).port(port).start().unwrap();
    assert_eq!(again.url("postgres"), url);
}

#[test]
fn a_directory_of_another_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    fs::write(dir.path().join("data/PG_VERSION"), "9\n").unwrap();
    let error = Cluster::kept(dir.path()).start().unwrap_err();
    assert!(
        matches!(error, Error::OtherVersion { made: 9, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("PGBIN"));
}

#[test]
fn a_server_that_does_not_start_says_why() {
    let error = Cluster::temporary()
        .setting("no_such_thing", "1")
        .start()
        .unwrap_err();
    assert!(error.to_string().contains("no_such_thing"), "{error}");
}

#[test]
fn a_killed_server_is_reported_and_its_directory_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let cluster = Cluster::kept(dir.path()).start().unwrap();
    let written = answer(&cluster, "CREATE TABLE kept AS SELECT 42 AS answer");
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("kill -9 {}", cluster.process_id())]);
    assert!(shell.status().unwrap().success());
    assert!(matches!(cluster.stop().unwrap_err(), Error::Stop { .. }));
    let again = Cluster::kept(dir.path()).start().unwrap();
    if written.is_some() {
        assert_eq!(answer(&again, "SELECT answer FROM kept").unwrap(), "42");
    }
}

/// Not a test of its own: what a copy of this program does until it is killed.
#[test]
fn owner() {
    let Some(dir) = env::var_os(OWNED) else {
        return;
    };
    let launch = if dir == "temporary" {
        Cluster::temporary()
    } else {
        Cluster::kept(Path::new(&dir))
    };
    let cluster = launch.start().unwrap();
    answer(&cluster, "CREATE TABLE kept AS SELECT 42 AS answer");
    println!(
        "\nowned {} {}",
        cluster.process_id(),
        cluster.socket().display()
    );
    thread::sleep(Duration::from_secs(60));
}

/// Starts a copy of this program which owns a server; returns it with what it printed: the process
/// of the server, and the directory of its socket.
fn owned(dir: &str) -> (Child, u32, String) {
    let mut owner = Command::new(env::current_exe().unwrap());
    owner
        .args(["--exact", "owner", "--nocapture"])
        .env(OWNED, dir)
        .stdout(Stdio::piped());
    let mut owner = owner.spawn().unwrap();
    let mut lines = BufReader::new(owner.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let line = lines
        .find_map(|line| Some(line.strip_prefix("owned ")?.to_owned()))
        .unwrap();
    let (process, socket) = line.split_once(' ').unwrap();
    (owner, process.parse().unwrap(), socket.to_owned())
}

/// Kills the owner; returns how long its server outlived it.
fn kill(owner: &mut Child, server: u32) -> Duration {
    owner.kill().unwrap();
    let killed = Instant::now();
    owner.wait().unwrap();
    while alive(server) {
        assert!(
            killed.elapsed() < Duration::from_secs(2),
            "the server is still there"
        );
        thread::sleep(Duration::from_millis(2));
    }
    killed.elapsed()
}

#[test]
fn a_temporary_server_goes_with_its_killed_owner() {
    let (mut owner, server, socket) = owned("temporary");
    assert!(Path::new(&socket).exists());
    println!("gone after {:?}", kill(&mut owner, server));
    let killed = Instant::now();
    while Path::new(&socket).exists() {
        assert!(
            killed.elapsed() < Duration::from_secs(2),
            "its directory is still there"
        );
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_kept_directory_outlives_its_killed_owner() {
    let dir = tempfile::tempdir().unwrap();
    let (mut owner, server, _) = owned(dir.path().to_str().unwrap());
    let error = Cluster::kept(dir.path()).start().unwrap_err().to_string();
    let said = format!("in use by process {}: stop that one", owner.id());
    assert!(error.contains(&said), "{error}");
    println!("gone after {:?}", kill(&mut owner, server));
    let again = Cluster::kept(dir.path()).start().unwrap();
    assert_ne!(again.process_id(), server);
    if let Some(kept) = answer(&again, "SELECT answer FROM kept") {
        assert_eq!(kept, "42");
    }
}
