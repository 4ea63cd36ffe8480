use std::sync::LazyLock;

use ml_bronze::{Form, SourceFile};
use ml_core::{Feed, Held, Judged, Kind, LoadId, Located, Result, Scorecard};
use tokio::runtime::{Builder, Runtime};

use crate::Item;

type Rows = Vec<Located<Item>>;

/// All that came of a source.
#[derive(Debug, Default, PartialEq)]
pub struct Whole {
    /// What went on.
    pub rows: Vec<Located<Item>>,
    /// What was held back.
    pub held: Vec<Held>,
    /// The counts.
    pub card: Scorecard,
}

impl Whole {
    /// All of a source; `None` where it is refused, which it may be as a source or for its shape.
    ///
    /// # Panics
    /// When a record is not accounted for, or the source is refused as something else: a finding.
    pub fn of(feed: SourceFile<Item, Form>) -> Option<Self> {
        match run(read(feed)) {
            Ok(whole) => Some(whole.checked()),
            Err(error) => {
                assert!(
                    matches!(error.kind(), Kind::Source | Kind::Contract),
                    "{error}"
                );
                None
            }
        }
    }

    fn checked(self) -> Self {
        let Whole { rows, held, card } = &self;
        assert!(card.is_conserved());
        assert_eq!(card.accepted, rows.len() as u64);
        assert_eq!(card.quarantined, held.len() as u64);
        assert!(held.iter().all(|held| !held.violations.is_empty()));
        let mut numbers: Vec<_> = rows.iter().map(|row| row.at.record).collect();
        numbers.extend(held.iter().map(|held| held.at.record));
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(1..=card.read));
        self
    }
}

async fn read(mut feed: SourceFile<Item, Form>) -> Result<Whole> {
    Feed::<Rows>::open(&mut feed).await?;
    let mut whole = Whole::default();
    while let Some(chunk) = feed.next(LoadId(1)).await? {
        let chunk: Judged<Rows> = chunk;
        whole.rows.extend(chunk.rows);
        whole.held.extend(chunk.held);
        whole.card += &chunk.card;
    }
    Ok(whole)
}

/// Waits for something that waits for nothing but memory.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let runtime = Builder::new_current_thread().build();
        runtime.expect("a runtime without drivers")
    });
    RUNTIME.block_on(future)
}
