use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use ml_core::{Class, Error, Result};
use tokio::time::{Instant, sleep};

/// How often, and after what pauses, work is run again that failed for a reason which passes.
///
/// Pauses are drawn from zero up to a ceiling that doubles with each attempt, so that many who fail at once do not come
/// back at once. Where something is full, only the time counts, and every pause is between half the longest and the
/// longest: attempts do not make room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    attempts: u32,
    first: Duration,
    longest: Duration,
    budget: Duration,
}

impl Default for Backoff {
    /// 8 attempts, 100 ms to 30 s, no new one after 15 minutes.
    fn default() -> Self {
        Backoff {
            attempts: 8,
            first: Duration::from_millis(100),
            longest: Duration::from_secs(30),
            budget: Duration::from_secs(15 * 60),
        }
    }
}

impl Backoff {
    /// The same with so many attempts at most, at least one.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The same with another ceiling of the first pause.
    pub fn first(mut self, first: Duration) -> Self {
        self.first = first;
        self
    }

    /// The same with another ceiling of all pauses.
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// The same with another time after which no attempt begins.
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Runs work until it succeeds, fails for a reason that does not pass, or patience ends. Each attempt must be whole:
    /// a feed from its beginning, one run of an increment or of a refresh; the ledger sees to it that what was committed
    /// without an answer is not loaded twice. Work that is spawned takes its [`Attempts`] by itself.
    ///
    /// # Errors
    /// That of the last attempt.
    pub async fn run<T>(self, mut work: impl AsyncFnMut() -> Result<T>) -> Result<T> {
        let mut attempts = self.begin();
        loop {
            match work().await {
                Ok(done) => return Ok(done),
                Err(error) => attempts.after(error).await?,
            }
        }
    }

    /// The first attempt begins now.
    pub fn begin(self) -> Attempts {
        Attempts {
            backoff: self,
            began: Instant::now(),
            failed: 0,
        }
    }

    /// What the pause after an attempt may be, when another one is to come.
    fn pause(&self, class: Class, attempt: u32) -> Option<Pause> {
        match class {
            Class::Rows | Class::Fatal => None,
            Class::Wait => Some(Pause {
                least: self.longest / 2,
                most: self.longest,
            }),
            Class::Unknown | Class::Transient => (attempt < self.attempts).then(|| Pause {
                least: Duration::ZERO,
                most: self.ceiling(attempt),
            }),
        }
    }

    fn ceiling(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.longest.min(self.first.saturating_mul(1 << doublings))
    }
}

/// The attempts at one piece of work.
#[derive(Debug)]
pub struct Attempts {
    backoff: Backoff,
    began: Instant,
    failed: u32,
}

impl Attempts {
    /// Waits until the next attempt is to begin, after one that failed so.
    ///
    /// # Errors
    /// The same error, when there is to be none.
    pub async fn after(&mut self, error: Error) -> Result<()> {
        self.failed += 1;
        let (class, attempt) = (error.class(), self.failed);
        let Some(pause) = self.backoff.pause(class, attempt).map(Pause::drawn) else {
            return Err(error);
        };
        if self.began.elapsed() + pause > self.backoff.budget {
            return Err(error);
        }
        let error = error.chain();
        if class == Class::Wait {
            tracing::error!(error, ?pause, "something is full: it is tried again");
        } else {
            tracing::warn!(error, attempt, ?pause, "it is tried again");
        }
        sleep(pause).await;
        Ok(())
    }
}

/// The bounds of a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pause {
    least: Duration,
    most: Duration,
}

impl Pause {
    fn drawn(self) -> Duration {
        // the keys of a hasher are the random numbers that the standard library has
        let drawn = RandomState::new().build_hasher().finish() as u32;
        let span = self.most.saturating_sub(self.least);
        self.least + span.mul_f64(f64::from(drawn) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any() -> impl Strategy<Value = Backoff> {
        let millis = |most| (0..most).prop_map(Duration::from_millis);
        (1..100_u32, millis(10_000_u64), millis(100_000)).prop_map(|(attempts, first, longest)| {
            let backoff = Backoff::default().attempts(attempts);
            backoff.first(first).longest(longest)
        })
    }

    proptest! {
        /// P11: bounded, and monotone.
        #[test]
        fn pauses_grow_and_end(backoff in any()) {
            for class in [Class::Unknown, Class::Transient, Class::Wait] {
                let mut before = Duration::ZERO;
                for attempt in 1..backoff.attempts {
                    let pause = backoff.pause(class, attempt).unwrap();
                    prop_assert!(before <= pause.most && pause.most <= backoff.longest);
                    prop_assert!(pause.least <= pause.drawn() && pause.drawn() <= pause.most);
                    before = pause.most;
                }
            }
            for last in [backoff.attempts, u32::MAX] {
                prop_assert_eq!(backoff.pause(Class::Transient, last), None);
                let full = backoff.pause(Class::Wait, last).unwrap();
                prop_assert!(full.least * 2 >= backoff.longest - Duration::from_nanos(1));
            }
            prop_assert_eq!(backoff.pause(Class::Rows, 1), None);
            prop_assert_eq!(backoff.pause(Class::Fatal, 1), None);
        }
    }

    /// Fails so until it is asked for the n-th time.
    async fn attempts(backoff: &Backoff, class: Class, until: u32) -> (u32, bool) {
        let mut asked = 0;
        let done = backoff.run(async || {
            asked += 1;
            match asked < until {
                true => Err(Error::storage("no").classed(class)),
                false => Ok(()),
            }
        });
        let done = done.await.is_ok();
        (asked, done)
    }

    #[tokio::test]
    async fn what_passes_is_run_again_and_nothing_else() {
        let quick = Backoff::default()
            .first(Duration::from_millis(1))
            .longest(Duration::from_millis(2));
        assert_eq!(attempts(&quick, Class::Unknown, 5).await, (5, true));
        assert_eq!(attempts(&quick, Class::Transient, 99).await, (8, false));
        assert_eq!(attempts(&quick, Class::Wait, 20).await, (20, true));
        assert_eq!(attempts(&quick, Class::Fatal, 2).await, (1, false));
        assert_eq!(attempts(&quick, Class::Rows, 2).await, (1, false));
        let hasty = quick.budget(Duration::ZERO);
        assert_eq!(attempts(&hasty, Class::Wait, 99).await, (1, false));
    }
}
