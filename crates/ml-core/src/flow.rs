use std::fmt;
use std::sync::Arc;

use crate::{
    Audit, Begun, Error, Event, Feed, Fingerprint, Gate, Holder, Judged, Kind, Load, LoadId,
    LoadKey, Observer, Receipt, Result, Scorecard, Silent, Store, Verdict,
};

/// Takes a feed into a store under a gate: the loop of every load.
#[derive(Clone)]
pub struct Flow {
    gate: Gate,
    audits: Vec<Audit>,
    observer: Arc<dyn Observer>,
}

/// What came of a run over one source.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Its rows can be seen.
    Applied(Receipt),
    /// The gate refused it: ledger, scorecard and quarantine stay, no rows.
    Refused(Receipt),
    /// The same content was loaded before, by this load.
    Replayed(LoadId),
    /// The same content is being loaded by another, which is named where the store knows it: come back.
    Busy(Option<Holder>),
}

impl Outcome {
    /// The receipt of a load that ended now.
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Outcome::Applied(receipt) | Outcome::Refused(receipt) => Some(receipt),
            Outcome::Replayed(_) | Outcome::Busy(_) => None,
        }
    }
}

impl From<Receipt> for Outcome {
    fn from(receipt: Receipt) -> Self {
        match receipt.verdict {
            Verdict::Applied => Outcome::Applied(receipt),
            Verdict::Refused(_) => Outcome::Refused(receipt),
        }
    }
}

impl Flow {
    /// A flow under `gate`, without audits, that nobody observes.
    pub fn new(gate: Gate) -> Self {
        Flow {
            gate,
            audits: Vec::new(),
            observer: Arc::new(Silent),
        }
    }

    /// The same flow with one more audit.
    pub fn audit(mut self, audit: Audit) -> Self {
        self.audits.push(audit);
        self
    }

    /// The same flow, observed.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// The gate.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The audits.
    pub fn audits(&self) -> &[Audit] {
        &self.audits
    }

    /// The fingerprint of all that judges a load: rules with this one, and the audits.
    ///
    /// In which order the audits were added decides nothing; without any it is that of the rules.
    pub fn rules(&self, rules: Fingerprint) -> Fingerprint {
        if self.audits.is_empty() {
            return rules;
        }
        let mut all: Vec<Fingerprint> = self.audits.iter().map(Audit::fingerprint).collect();
        all.sort();
        all.insert(0, rules);
        let bytes: Vec<u8> = all.iter().flat_map(|one| *one.as_bytes()).collect();
        Fingerprint::of(bytes)
    }

    /// Tells the observer.
    pub async fn tell(&self, event: Event<'_>) {
        self.observer.see(event).await;
    }

    /// Loads one source.
    ///
    /// # Errors
    /// What the feed or the store says. A source that cannot be read or does not have the promised shape leaves a
    /// refused load in the ledger before its error is returned.
    #[tracing::instrument(name = "load", skip_all, fields(source = feed.source()))]
    pub async fn run<B, F, S>(&self, feed: &mut F, store: &mut S) -> Result<Outcome>
    where
        B: Send + Default,
        F: Feed<B>,
        S: Store<B>,
    {
        let key = match feed.open().await {
            Ok(key) => LoadKey {
                rules: self.rules(key.rules),
                ..key
            },
            Err(error) => return Err(refuse(unopened(feed.source()), error, store).await),
        };
        let pumped = match store.begin(key.clone()).await {
            Err(error) => Err(error),
            Ok(Begun::Replayed(load)) => Ok(Outcome::Replayed(load)),
            Ok(Begun::Busy(holder)) => Ok(Outcome::Busy(holder)),
            Ok(Begun::Fresh(load)) => self.pump(feed, load).await,
        };
        let outcome = match pumped {
            Ok(outcome) => outcome,
            Err(error) => return Err(refuse(key, error, store).await),
        };
        self.tell(Event::Ended {
            source: feed.source(),
            outcome: &outcome,
        })
        .await;
        Ok(outcome)
    }

    /// Takes every chunk of an opened feed into an opened load, judges and publishes it.
    async fn pump<B, F: Feed<B>, L: Load<B>>(&self, feed: &mut F, mut load: L) -> Result<Outcome>
    where
        B: Send,
    {
        self.tell(Event::Begun {
            source: feed.source(),
        })
        .await;
        if let Some(shape) = feed.shape() {
            load.shaped(shape);
        }
        let mut card = Scorecard::default();
        let mut doomed = false;
        while let Some(chunk) = feed.next(load.id()).await? {
            card += &chunk.card;
            self.tell(Event::Judged {
                source: feed.source(),
                card: &chunk.card,
                progress: feed.progress(),
            })
            .await;
            load.write(chunk).await?;
            if !doomed && self.gate.is_doomed(&card) {
                doomed = true;
                load.doom().await?;
            }
        }
        if let Some(content) = feed.content() {
            match load.identify(content).await? {
                Begun::Fresh(()) => {}
                Begun::Replayed(load) => return Ok(Outcome::Replayed(load)),
                Begun::Busy(holder) => return Ok(Outcome::Busy(holder)),
            }
        }
        if !doomed && !self.audits.is_empty() {
            let audited = load.audit(&self.audits).await?;
            audited.enter(&self.audits, &mut card)?;
        }
        let receipt = load.publish(self.gate.verdict(&card), card).await?;
        Ok(Outcome::from(receipt))
    }
}

fn unopened(source: &str) -> LoadKey {
    LoadKey {
        source: source.to_owned(),
        sha256: None,
        rules: Fingerprint::of(""),
    }
}

/// Leaves a refused load in the ledger for an input that could not be read; answers the error that is to be returned.
async fn refuse<B: Send + Default, S: Store<B>>(
    key: LoadKey,
    error: Error,
    store: &mut S,
) -> Error {
    if !matches!(error.kind(), Kind::Source | Kind::Contract) {
        return error;
    }
    let verdict = Verdict::Refused(error.chain());
    let recorded = match store
        .begin(LoadKey {
            sha256: None,
            ..key
        })
        .await
    {
        Ok(Begun::Fresh(mut load)) => {
            let nothing = load.write(Judged::default()).await;
            match nothing {
                Ok(()) => load.publish(verdict, Scorecard::default()).await.map(drop),
                Err(error) => Err(error),
            }
        }
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(unrecorded) = recorded {
        tracing::error!(error = %unrecorded.chain(), "the refused load could not be entered into the ledger");
    }
    error
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow")
            .field("gate", &self.gate)
            .field("audits", &self.audits)
            .finish_non_exhaustive()
    }
}
