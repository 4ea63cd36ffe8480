use std::future::Future;

use chrono::{DateTime, Utc};

use crate::{
    Change, Chunk, Fingerprint, Held, LoadId, LoadKey, Located, Position, Record, Report, Result,
    Scorecard, Settled, Shape, Stage,
};

/// Yields judged chunks in the order of their positions.
pub trait Feed<B>: Send {
    /// Name of what is read, for people.
    fn source(&self) -> &str;

    /// Opens the source and says what it holds.
    ///
    /// # Errors
    /// [`Source`](crate::Kind::Source) when it cannot be read, [`Contract`](crate::Kind::Contract) when it does
    /// not have the promised shape.
    fn open(&mut self) -> impl Future<Output = Result<LoadKey>> + Send;

    /// How the bytes of its records are read, once it is open; a record held back is read by it when it comes again.
    fn shape(&self) -> Option<Shape> {
        None
    }

    /// The next chunk, for the load `load`; `None` at the end.
    ///
    /// # Errors
    /// [`Source`](crate::Kind::Source) when reading fails or the content is not what [`open`](Feed::open) saw.
    fn next(&mut self, load: LoadId) -> impl Future<Output = Result<Option<Judged<B>>>> + Send;

    /// The hash of the content, once all of it was read, for a source that is read only once: [`open`](Feed::open)
    /// could not tell it. `None` before that, and where `open` told it.
    fn content(&self) -> Option<Fingerprint> {
        None
    }

    /// How far it was read; `None` where the source has no bytes.
    fn progress(&self) -> Option<Progress> {
        None
    }
}

/// How far a source was read, in bytes as they were received: of a packed file those of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many were read; up to a block of them may not be judged yet.
    pub read: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
}

/// A chunk of records that went on, those held back, and the count of all.
#[derive(Debug, Clone, Default)]
pub struct Judged<B> {
    /// The records that go on.
    pub rows: B,
    /// The records held back.
    pub held: Vec<Held>,
    /// What became of every record read.
    pub card: Scorecard,
    /// What standardisers changed in the records that go on, in their order, where that was asked for.
    pub changes: Vec<Located<Change>>,
}

impl<B> Judged<B> {
    /// Takes a batch of records of a load that began at this instant through a stage.
    pub fn by<In, S>(stage: &S, batch: Vec<Located<In>>, began: DateTime<Utc>) -> Self
    where
        S: Stage<In>,
        B: Chunk<S::Out>,
    {
        let mut judged = Judged::default();
        judged.take(stage, batch, &mut Report::at(began));
        judged
    }

    /// Takes further records through a stage, with the report of their load.
    pub fn take<In, S>(&mut self, stage: &S, batch: Vec<Located<In>>, report: &mut Report)
    where
        S: Stage<In>,
        B: Chunk<S::Out>,
    {
        for Located { at, record } in batch {
            let out = stage.apply(record, report);
            match (report.settle(out.is_some()), out) {
                (Settled::Accepted, Some(out)) => {
                    self.rows.push(&out, at);
                    let changes = report.take_changes().into_iter();
                    let changes = changes.map(|record| Located { at, record });
                    self.changes.extend(changes);
                }
                (Settled::Held(violations), _) => self.held.push(Held {
                    at,
                    raw: Vec::new(),
                    raw_len: 0,
                    violations,
                }),
                _ => {}
            }
        }
        self.card += &report.take_card();
    }
}

/// A feed over records in memory, all accepted; its content is their encoding.
#[derive(Debug, Clone)]
pub struct Records<R> {
    source: String,
    records: Vec<R>,
    read: usize,
    chunk: usize,
}

impl<R: Record> Records<R> {
    /// A feed over `records`, named `source`.
    pub fn new(source: impl Into<String>, records: Vec<R>) -> Self {
        Records {
            source: source.into(),
            records,
            read: 0,
            chunk: 10_000,
        }
    }

    /// The same feed in chunks of so many records, at least one.
    pub fn chunk(mut self, records: usize) -> Self {
        self.chunk = records.max(1);
        self
    }
}

impl<R: Record, B: Chunk<R>> Feed<B> for Records<R> {
    fn source(&self) -> &str {
        &self.source
    }

    async fn open(&mut self) -> Result<LoadKey> {
        self.read = 0;
        let mut content = bytes::BytesMut::new();
        self.records
            .iter()
            .for_each(|record| record.encode(&mut content));
        Ok(LoadKey {
            source: self.source.clone(),
            sha256: Some(Fingerprint::of(&content)),
            rules: Fingerprint::of(""),
        })
    }

    async fn next(&mut self, load: LoadId) -> Result<Option<Judged<B>>> {
        let from = self.read;
        let until = self.records.len().min(from + self.chunk);
        if from == until {
            return Ok(None);
        }
        let mut rows = B::default();
        for number in from..until {
            rows.push(
                &self.records[number],
                Position::new(load, number as u64 + 1),
            );
        }
        self.read = until;
        let read = (until - from) as u64;
        let card = Scorecard {
            read,
            accepted: read,
            ..Scorecard::default()
        };
        Ok(Some(Judged {
            rows,
            held: Vec::new(),
            card,
            changes: Vec::new(),
        }))
    }
}
