//! A load and its server on two ends of a link.

use std::path::Path;
use std::time::{Duration, Instant};

use metalayer::prelude::*;
use ml_chaos::{Act, FailPoint, Link, Server, Unlimited, Victim};
use tokio::task::block_in_place;

use super::{FILE, SILENCE, WORK};
use crate::aftermath::{Inn, connect, has_guests, number};
use crate::guests::{file, load, table};
use crate::killer::{self, has_ended};

const GUESTS: u32 = 2_000;

/// Says aloud that this machine cannot do it, which is no pass; where it says nothing, the link is there.
fn told(link: Result<Link, Unlimited>) -> Option<Link> {
    let said = link.as_ref().err().map(Unlimited::to_string);
    assert!(said.is_none_or(|said| said.starts_with("NOT TESTED: ")));
    link.ok()
}

/// When the link goes down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// Before a step, and so before what the client sends in it.
    Before(&'static str, u64),
    /// The COMMIT has come, its answer is still to be sent.
    Unanswered,
    /// The server is at work for so many seconds.
    AtWork(u64),
}

impl Moment {
    fn step(self) -> Option<FailPoint> {
        match self {
            Moment::Before(step, nth) => Some(FailPoint::at(step, nth, Act::Stop)),
            Moment::Unanswered => Some(FailPoint::at("commit", 1, Act::Stop)),
            Moment::AtWork(_) => None,
        }
    }

    fn work(self) -> u64 {
        match self {
            Moment::AtWork(seconds) => seconds,
            _ => 0,
        }
    }
}

/// A server, a load at the other end of a link, and how long either bears silence.
pub(super) struct Partition {
    link: Link,
    inn: Inn,
    moment: Moment,
    silence: Duration,
}

/// How long it took until each end had given the other up.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub(super) by_client: Duration,
    pub(super) by_server: Duration,
}

impl Partition {
    pub(super) async fn of(moment: Moment, silence: Duration) -> Option<Self> {
        let link = told(Link::open())?;
        let server = block_in_place(|| Server::start_at(&link, &[])).unwrap();
        let inn = Inn::of(server).await;
        Some(Partition {
            link,
            inn,
            moment,
            silence,
        })
    }

    /// Runs a load until its moment has come, and takes the link down there.
    async fn begin(&self, path: &Path) -> Victim {
        let told = [
            (FILE, path.to_str().unwrap()),
            (SILENCE, &self.silence.as_secs().to_string()),
            (WORK, &self.moment.work().to_string()),
        ];
        let (url, point) = (self.link.url(&self.inn.url), self.moment.step());
        let spawn = || killer::spawn("partitions::child", &url, point, &told);
        let mut victim = self.link.across(spawn).unwrap();
        match self.moment {
            Moment::AtWork(_) => self.is_at_work(&mut victim).await,
            _ => victim.stopped().await.unwrap(),
        }
        if let Moment::Unanswered = self.moment {
            self.inn.server.pause().unwrap();
            victim.cont().unwrap();
            // what was sent has come, and is not read
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        assert!(!victim.has_ended().unwrap());
        self.link.down().unwrap();
        if let Moment::Unanswered = self.moment {
            self.inn.server.resume().unwrap();
        }
        victim.cont().unwrap();
        victim
    }

    async fn is_at_work(&self, victim: &mut Victim) {
        let client = connect(&self.inn.url).await;
        let working = "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
            AND state = 'active' AND query LIKE '%pg_sleep%'";
        while number(&client, working).await == 0 {
            assert!(!victim.has_ended().unwrap());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until there is no session any more that came by the link, nor a lock of one.
    async fn is_let_go(&self) {
        let client = connect(&self.inn.url).await;
        let held = format!(
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE client_addr << '{0}/30') \
             + (SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database \
                WHERE datname = current_database() AND pid <> pg_backend_pid())",
            self.link.address()
        );
        while number(&client, &held).await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Takes the link down at its moment until both ends have given up.
    pub(super) async fn lasting(&self) -> GivenUp {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "guests.csv", GUESTS);
        let mut victim = self.begin(&path).await;
        let began = Instant::now();
        let client = async {
            assert!(has_ended(&mut victim).await);
            began.elapsed()
        };
        let server = async {
            self.is_let_go().await;
            began.elapsed()
        };
        let (by_client, by_server) = tokio::join!(client, server);
        println!(
            "H3: {:?}, {:?} borne: client {by_client:?}, server {by_server:?}",
            self.moment, self.silence
        );
        self.is_once(&path).await;
        GivenUp {
            by_client,
            by_server,
        }
    }

    /// Takes the link down at its moment for so long.
    pub(super) async fn passing(&self, outage: Duration) {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), "guests.csv", GUESTS);
        let mut victim = self.begin(&path).await;
        let began = Instant::now();
        tokio::time::sleep(outage).await;
        self.link.up().unwrap();
        assert!(has_ended(&mut victim).await);
        println!(
            "H3: {:?}, {:?} borne, down for {outage:?}: client {:?}",
            self.moment,
            self.silence,
            began.elapsed()
        );
        self.is_let_go().await;
        self.is_once(&path).await;
    }

    /// Run again, on this end, the rows are there once.
    async fn is_once(&self, path: &Path) {
        let mut store = Store::new(&self.inn.database, &table());
        let again = load(path, &mut store, Gate::default()).await.unwrap();
        assert!(
            matches!(again, Outcome::Applied(_) | Outcome::Replayed(_)),
            "{again:?}"
        );
        drop(store);
        has_guests(&self.inn.url, i64::from(GUESTS)).await;
    }
}
