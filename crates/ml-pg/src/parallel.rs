use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ml_core::{Encoded, Error, Feed, Flow, Outcome, Result};
use tokio::task::JoinSet;

use crate::Store;

/// How long to wait before coming back to a content that another one is loading: twice as long each time, because
/// coming back means reading it whole.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Feeds that wait, with their places in the answer.
type Queue<F> = Arc<Mutex<VecDeque<(usize, F)>>>;

/// Loads many sources, each in a transaction of its own, as many at once as there are stores; answers in the order
/// of the sources. One that fails does not stop the others, and one that is busy is come back to.
///
/// # Panics
/// When a feed panics.
pub async fn load_all<F>(flow: &Flow, stores: Vec<Store>, feeds: Vec<F>) -> Vec<Result<Outcome>>
where
    F: Feed<Encoded> + 'static,
{
    let mut outcomes: Vec<Result<Outcome>> = feeds
        .iter()
        .map(|feed| Err(unloaded(feed.source())))
        .collect();
    let queue: Queue<F> = Arc::new(Mutex::new(feeds.into_iter().enumerate().collect()));
    let mut workers = JoinSet::new();
    for store in stores {
        workers.spawn(work(flow.clone(), store, Arc::clone(&queue)));
    }
    while let Some(ended) = workers.join_next().await {
        match ended {
            Ok(done) => done
                .into_iter()
                .for_each(|(place, outcome)| outcomes[place] = outcome),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    outcomes
}

fn unloaded(source: &str) -> Error {
    Error::storage(format!(
        "{source} was not loaded: there was no store for it"
    ))
}

async fn work<F: Feed<Encoded>>(
    flow: Flow,
    mut store: Store,
    queue: Queue<F>,
) -> Vec<(usize, Result<Outcome>)> {
    let (mut done, mut pause) = (Vec::new(), PAUSE);
    while let Some((place, mut feed)) = pop(&queue) {
        match flow.run(&mut feed, &mut store).await {
            Ok(Outcome::Busy(_)) => {
                push(&queue, (place, feed));
                tokio::time::sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
            outcome => {
                pause = PAUSE;
                done.push((place, outcome));
            }
        }
    }
    done
}

fn pop<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front()
}

fn push<T>(queue: &Mutex<VecDeque<T>>, item: T) {
    queue
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push_back(item);
}
