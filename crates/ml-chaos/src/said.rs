use std::fmt;

/// What a pipeline said that a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it came to.
    pub outcome: Outcome,
    /// All that was said with it: messages, the causes of an error, lines of a log. No secret and no personal value may be
    /// in here.
    pub text: String,
}

/// What a call came to, as its caller has to understand it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Applied,
    /// It was done before.
    Replayed,
    /// Another is doing it: come back.
    Busy,
    /// It was looked at, and is not to be: none of its rows is there.
    Refused,
    /// It failed, and nothing of it is there.
    Failed,
    /// It failed, and whether it is done is not known.
    Unknown,
}

impl Outcome {
    /// This outcome, with what was said with it.
    pub fn saying(self, text: impl Into<String>) -> Said {
        let text = text.into();
        Said {
            outcome: self,
            text,
        }
    }

    /// Whether it says that the thing is done; `None` where it does not say.
    pub(crate) fn is_done(self) -> Option<bool> {
        match self {
            Outcome::Applied | Outcome::Replayed => Some(true),
            Outcome::Refused | Outcome::Failed => Some(false),
            Outcome::Busy | Outcome::Unknown => None,
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({})", self.outcome, self.text)
    }
}
