use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ml_core::{
    Audit, Audited, Begun, Event, Finding, Fingerprint, Judged, Load, LoadId, LoadKey, Located,
    Observer, Outcome, Receipt, Result, Scorecard, Shape, Store, Verdict,
};

/// A store, and an observer, that take down what they are told.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    pub(crate) fn told(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn tell(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }
}

impl Store<Vec<Located<u64>>> for Recorder {
    type Load<'a> = Recorder;

    async fn begin(&mut self, key: LoadKey) -> Result<Begun<Recorder>> {
        self.tell(format!("begin {}", key.source));
        Ok(Begun::Fresh(self.clone()))
    }
}

impl Load<Vec<Located<u64>>> for Recorder {
    fn id(&self) -> LoadId {
        LoadId(1)
    }

    fn shaped(&mut self, shape: Shape) {
        self.tell(format!("shaped {shape:?}"));
    }

    async fn write(&mut self, chunk: Judged<Vec<Located<u64>>>) -> Result<()> {
        self.tell(format!("write {}", chunk.rows.len()));
        Ok(())
    }

    async fn doom(&mut self) -> Result<()> {
        self.tell("doom");
        Ok(())
    }

    async fn identify(&mut self, _: Fingerprint) -> Result<Begun<()>> {
        self.tell("identify");
        Ok(Begun::Fresh(()))
    }

    async fn audit(&mut self, audits: &[Audit]) -> Result<Audited> {
        self.tell(format!("audit {}", audits.len()));
        Ok(Audited {
            findings: vec![Finding::Rows(0); audits.len()],
            held: 0,
        })
    }

    async fn publish(self, verdict: Verdict, card: Scorecard) -> Result<Receipt> {
        let state = match verdict {
            Verdict::Applied => "applied",
            Verdict::Refused(_) => "refused",
        };
        self.tell(format!("publish {state}"));
        Ok(Receipt {
            load: LoadId(1),
            card,
            verdict,
            supersedes: None,
        })
    }
}

#[async_trait]
impl Observer for Recorder {
    async fn see(&self, event: Event<'_>) {
        self.tell(match event {
            Event::Begun { source } => format!("{source} begun"),
            Event::Judged { source, card, .. } => format!("{source} judged {}", card.read),
            Event::Ended { source, outcome } => {
                let came = match outcome {
                    Outcome::Applied(_) => "applied",
                    Outcome::Refused(_) => "refused",
                    Outcome::Replayed(_) => "replayed",
                    Outcome::Busy(_) => "busy",
                };
                format!("{source} ended {came}")
            }
            other => format!("{other:?}"),
        });
    }
}
