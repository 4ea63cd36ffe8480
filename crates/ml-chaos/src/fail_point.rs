use std::fmt;
use std::time::Duration;

/// Something to happen to a process at one of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailPoint {
    step: String,
    nth: u64,
    act: Act,
}

/// What happens at a fail point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// `SIGKILL`: the process is gone, and nothing of it runs any more.
    Kill,
    /// `SIGSTOP`: the process stands still until it is sent on.
    Stop,
    /// A panic where the step is taken.
    Panic,
    /// A pause of the thread that takes the step.
    Sleep(Duration),
}

/// The fail point that every step is, whatever its name.
pub const ANY: &str = "any";

impl FailPoint {
    /// At the `nth` time, from 1, that the step of this name is reached.
    pub fn at(step: impl Into<String>, nth: u64, act: Act) -> Self {
        let (step, nth) = (step.into(), nth.max(1));
        FailPoint { step, nth, act }
    }

    /// At the `nth` step, from 1, whatever its name.
    pub fn nth(nth: u64, act: Act) -> Self {
        FailPoint::at(ANY, nth, act)
    }
}

/// As the crate `fail` reads it: `commit=2*off->1*return(kill)`.
impl fmt::Display for FailPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.step)?;
        if self.nth > 1 {
            write!(f, "{}*off->", self.nth - 1)?;
        }
        write!(f, "1*{}", self.act)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::Kill => f.write_str("return(kill)"),
            Act::Stop => f.write_str("return(stop)"),
            Act::Panic => f.write_str("panic"),
            Act::Sleep(pause) => write!(f, "sleep({})", pause.as_millis()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_fail_reads_it() {
        let written = |point: FailPoint| point.to_string();
        assert_eq!(
            written(FailPoint::at("commit", 3, Act::Kill)),
            "commit=2*off->1*return(kill)"
        );
        assert_eq!(written(FailPoint::nth(1, Act::Stop)), "any=1*return(stop)");
        let pause = Act::Sleep(Duration::from_millis(20));
        assert_eq!(written(FailPoint::at("send", 1, pause)), "send=1*sleep(20)");
    }
}
