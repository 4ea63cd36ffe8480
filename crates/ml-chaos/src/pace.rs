use std::time::Duration;

/// How fast bytes pass, each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    delay: Duration,
    /// Bytes in a second; 0 for as many as come.
    rate: u32,
}

impl Pace {
    /// As fast as they come.
    pub fn free() -> Self {
        Pace::default()
    }

    /// The same, each piece of what was sent so much later.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same, so many bytes a second at most, at least one.
    pub fn bytes_per_second(mut self, rate: u32) -> Self {
        self.rate = rate.max(1);
        self
    }

    /// How many bytes go at once: a tenth of a second's, so that a slow line is slow and not jerky.
    pub(crate) fn piece(self) -> usize {
        match self.rate {
            0 => usize::MAX,
            rate => (rate as usize / 10).max(1),
        }
    }

    /// How long so many bytes take.
    pub(crate) fn time(self, bytes: usize) -> Duration {
        match self.rate {
            0 => self.delay,
            rate => self.delay + Duration::from_secs_f64(bytes as f64 / f64::from(rate)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_their_time() {
        let second = Duration::from_secs(1);
        assert_eq!(Pace::free().time(1 << 30), Duration::ZERO);
        assert_eq!(Pace::free().delay(second).time(0), second);
        let slow = Pace::free().bytes_per_second(1_000);
        assert_eq!((slow.piece(), slow.time(2_000)), (100, second * 2));
        assert_eq!(Pace::free().bytes_per_second(0).piece(), 1);
    }
}
