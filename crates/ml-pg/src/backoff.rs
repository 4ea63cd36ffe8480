use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use ml_core::{Class, Error, Result};
use tokio::time::{Instant, sleep};

/// How often, and after what pauses, work is run again that failed for a reason which passes.
///
/// Pauses are drawn between half a ceiling and all of it, so that many who fail at once do not come back at once; the
/// ceiling doubles with each attempt, up to the longest. Where something is full, only the time counts, and every pause has
/// the longest ceiling: attempts do not make room.
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
            began: Instant::now(),
            budget: self.budget,
            passing: self.passing().build(),
            full: self.full().build(),
        }
    }

    /// Pauses before what passes by itself. The jitter of the builder comes on top of a pause, up to as much again.
    fn passing(&self) -> ExponentialBuilder {
        let longest = self.longest / 2;
        ExponentialBuilder::new()
            .with_jitter()
            .with_min_delay(longest.min(self.first / 2))
            .with_max_delay(longest)
            .with_max_times(self.attempts as usize - 1)
    }

    /// Pauses until there is room.
    fn full(&self) -> ExponentialBuilder {
        let longest = self.longest / 2;
        self.passing().with_min_delay(longest).without_max_times()
    }
}

type Pauses = <ExponentialBuilder as BackoffBuilder>::Backoff;

/// The attempts at one piece of work.
#[derive(Debug)]
pub struct Attempts {
    began: Instant,
    budget: Duration,
    passing: Pauses,
    full: Pauses,
}

impl Attempts {
    /// Waits until the next attempt is to begin, after one that failed so.
    ///
    /// # Errors
    /// The same error, when there is to be none.
    pub async fn after(&mut self, error: Error) -> Result<()> {
        let class = error.class();
        let pause = match class {
            Class::Rows | Class::Fatal => None,
            Class::Wait => self.full.next(),
            Class::Unknown | Class::Transient => self.passing.next(),
        };
        let Some(pause) = pause.filter(|pause| self.began.elapsed() + *pause <= self.budget) else {
            return Err(error);
        };
        let error = error.chain();
        if class == Class::Wait {
            tracing::error!(error, ?pause, "something is full: it is tried again");
        } else {
            tracing::warn!(error, ?pause, "it is tried again");
        }
        sleep(pause).await;
        Ok(())
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
        /// P11: bounded, and monotone up to what is drawn.
        #[test]
        fn pauses_grow_and_end(backoff in any()) {
            let (passing, full) = (backoff.passing().build(), backoff.full().build());
            let (mut least, mut count) = (Duration::ZERO, 1);
            // seconds as f32: a microsecond of 100 s is lost in them
            let near = Duration::from_micros(20);
            for pause in passing {
                prop_assert!(least <= pause + near && pause <= backoff.longest + near, "{:?}", pause);
                let ceiling = backoff.first.saturating_mul(1 << (count - 1).min(20));
                least = backoff.longest.min(ceiling) / 2;
                prop_assert!(least <= pause + near && pause <= least * 2 + near, "{:?}", pause);
                count += 1;
            }
            prop_assert_eq!(count, backoff.attempts);
            for pause in full.take(200) {
                prop_assert!(backoff.longest / 2 <= pause + near && pause <= backoff.longest + near);
            }
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
