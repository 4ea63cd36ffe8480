use std::fmt;

/// A limit that this machine cannot set, and why: what needs it is not tested here, and whoever asked was told so on standard
/// error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlimited {
    what: String,
    why: String,
}

impl Unlimited {
    pub(crate) fn said(what: String, why: impl fmt::Display) -> Self {
        let why = why.to_string();
        let unlimited = Unlimited { what, why };
        eprintln!("!!! {unlimited}");
        unlimited
    }
}

impl fmt::Display for Unlimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "NOT TESTED: {} cannot be had here: {}",
            self.what, self.why
        )
    }
}

impl std::error::Error for Unlimited {}
