//! What the server writes down about itself.

use std::{fs, path::Path};

/// The server process, as its `postmaster.pid` tells of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Postmaster {
    text: String,
}

impl Postmaster {
    /// What the file says now; one that was killed leaves its last words there.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        Some(Self { text })
    }

    /// The process, once it lets clients in.
    pub(crate) fn ready(&self) -> Option<u32> {
        let mut lines = self.text.lines();
        let process = lines.next()?.parse().ok()?;
        (lines.nth(6)?.trim() == "ready").then_some(process)
    }
}

#[cfg(test)]
mod tests {
    use super::Postmaster;

    #[test]
    fn it_is_ready_when_it_says_so() {
        let text = |status| format!("42\n/data\n1\n5432\n/run\n127.0.0.1\n 1 2\n{status}\n");
        let ready = Postmaster {
            text: text("ready   "),
        };
        assert_eq!(ready.ready(), Some(42));
        assert_eq!(
            Postmaster {
                text: text("starting")
            }
            .ready(),
            None
        );
        assert_eq!(
            Postmaster {
                text: String::from("42\n/data")
            }
            .ready(),
            None
        );
    }
}
