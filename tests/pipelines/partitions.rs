//! H3, E6: the network between a load and its server goes down, and neither is told: before a load begins, in the middle of its
//! rows, at its COMMIT, before the answer to that, and while the server is at work. The client gives up by its deadline, the
//! server lets go of the session and its locks by its own; and run again, or gone on where the network came back in time,
//! the rows are there once.

use std::env;
use std::path::Path;
use std::time::{Duration, Instant};

use metalayer::core::Audit;
use metalayer::prelude::*;

use self::partition::{GivenUp, Moment, Partition};
use crate::chaos_example::check::{Check, Reach};
use crate::guests::{Guest, judge, load, table, written};
use crate::killer;

mod partition;

/// What the child is told: its file, how many seconds silence is borne, and how many the server is at work.
const FILE: &str = "ML_PARTITION_FILE";
const SILENCE: &str = "ML_PARTITION_SILENCE";
const WORK: &str = "ML_PARTITION_WORK";

/// Not a test of its own: what the copy of this program does at the other end of the link.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(child) = killer::told() else {
        return;
    };
    let seconds = |name| env::var(name).unwrap().parse().unwrap();
    let path = env::var(FILE).unwrap();
    let config = Config::new(&child.url.as_str().into()).unwrap();
    let config = config
        .slots(2)
        .silence(Duration::from_secs(seconds(SILENCE)));
    let mut store = Store::new(&Database::open(&config).unwrap(), &table());
    // the connection is there, and idle
    let none = written(Path::new(&path).parent().unwrap(), "none.csv", "");
    load(&none, &mut store, Gate::default()).await.unwrap();
    child.arm();
    let work = format!(
        "SELECT FROM pg_sleep({}) AS slept WHERE slept IS NULL",
        seconds(WORK)
    );
    let flow = Flow::new(Gate::default()).audit(Audit::new("work", work));
    let mut feed = CsvFile::<Guest>::new(&path, judge()).chunk(100);
    let began = Instant::now();
    let said = flow.run(&mut feed, &mut store).await;
    if let Err(error) = said {
        eprintln!("H3: the client after {:?}: {error}", began.elapsed());
        assert!(error.class().passes(), "{error:?}");
    }
}

const SHORT: Duration = Duration::from_secs(3);
/// What is borne when nothing else is said.
const DEFAULT: Duration = Duration::from_secs(30);

async fn lasting(moment: Moment, silence: Duration) -> Option<GivenUp> {
    Some(Partition::of(moment, silence).await?.lasting().await)
}

/// Both ends give up in time; at a COMMIT the client asks for as long again what became of it.
async fn is_noticed(moment: Moment) {
    if let Some(took) = lasting(moment, SHORT).await {
        assert!(took.by_server < SHORT * 3, "{took:?}");
        assert!(took.by_client < SHORT * 5, "{took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_load_begins() {
    is_noticed(Moment::Before("begin", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_middle_of_the_rows() {
    is_noticed(Moment::Before("send", 3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_commit() {
    is_noticed(Moment::Before("commit", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_answer_to_the_commit() {
    is_noticed(Moment::Unanswered).await;
}

/// It notices without having anything to say.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_at_work() {
    is_noticed(Moment::AtWork(60)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute"]
async fn all_at_the_defaults_for_long() {
    let start = Instant::now();
    // each in a task of its own: a server that is stopped holds up whatever else is in its task
    let moments = [
        (Moment::Before("begin", 1), 35),
        (Moment::Before("send", 3), 35),
        (Moment::AtWork(120), 35),
        (Moment::Before("commit", 1), 75),
        (Moment::Unanswered, 75),
    ];
    let lasting = moments.map(|(moment, client)| (tokio::spawn(lasting(moment, DEFAULT)), client));
    for (took, client) in lasting {
        let Some(took) = took.await.unwrap() else {
            return;
        };
        assert!(took.by_client < Duration::from_secs(client), "{took:?}");
        assert!(took.by_server < Duration::from_secs(45), "{took:?}");
    }
    let name = "moments of a load at which the network goes down";
    Check::held(name, Reach::Each, moments.len() as u64, start).tell();
}

/// Where it comes back before anybody has given up, or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_comes_back() {
    let moments = [
        Moment::Before("begin", 1),
        Moment::Before("send", 3),
        Moment::Before("commit", 1),
        Moment::Unanswered,
        Moment::AtWork(2),
    ];
    for outage in [SHORT / 3, SHORT * 2] {
        let passing = moments.map(|moment| tokio::spawn(passing(moment, outage)));
        for passed in passing {
            passed.await.unwrap();
        }
    }
}

async fn passing(moment: Moment, outage: Duration) {
    if let Some(partition) = Partition::of(moment, SHORT).await {
        partition.passing(outage).await;
    }
}
