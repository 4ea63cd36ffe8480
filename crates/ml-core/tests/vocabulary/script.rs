use std::collections::VecDeque;

use ml_core::{
    Action, Feed, Fingerprint, Held, Judged, LoadId, LoadKey, Located, Position, Result, Scorecard,
    Shape, Violation,
};

pub(crate) type Numbers = Judged<Vec<Located<u64>>>;

/// A feed that says what it was told to.
pub(crate) struct Script {
    pub(crate) key: Option<Result<LoadKey>>,
    pub(crate) chunks: VecDeque<Result<Numbers>>,
    pub(crate) content: Option<Fingerprint>,
    pub(crate) shape: Option<Shape>,
}

/// A source with a content that is known from the start.
pub(crate) fn script(content: &str, chunks: impl IntoIterator<Item = Numbers>) -> Script {
    Script {
        key: Some(Ok(key(content))),
        chunks: chunks.into_iter().map(Ok).collect(),
        content: None,
        shape: None,
    }
}

pub(crate) fn key(content: &str) -> LoadKey {
    LoadKey {
        source: String::from("script"),
        sha256: Some(Fingerprint::of(content)),
        rules: Fingerprint::of("rules"),
    }
}

/// A chunk of so many records that go on and so many that are held back.
pub(crate) fn chunk(accepted: u64, quarantined: u64) -> Numbers {
    let at = |record| Position::new(LoadId(0), record);
    let violation = Violation {
        rule: String::from("n.range"),
        columns: Vec::new(),
        action: Action::Quarantine,
        expected: String::from("more"),
        found: String::from("less"),
    };
    let held = |record| Held {
        at: at(record),
        raw: Vec::new(),
        raw_len: 0,
        violations: vec![violation.clone()],
    };
    let located = |record| Located {
        at: at(record),
        record,
    };
    let read = accepted + quarantined;
    Judged {
        rows: (1..=accepted).map(located).collect(),
        held: (accepted + 1..=read).map(held).collect(),
        card: Scorecard {
            read,
            accepted,
            quarantined,
            ..Scorecard::default()
        },
        changes: Vec::new(),
    }
}

impl Feed<Vec<Located<u64>>> for Script {
    fn source(&self) -> &str {
        "script"
    }

    async fn open(&mut self) -> Result<LoadKey> {
        self.key.take().unwrap()
    }

    fn shape(&self) -> Option<Shape> {
        self.shape.clone()
    }

    async fn next(&mut self, _: LoadId) -> Result<Option<Numbers>> {
        self.chunks.pop_front().transpose()
    }

    fn content(&self) -> Option<Fingerprint> {
        self.content
    }
}
