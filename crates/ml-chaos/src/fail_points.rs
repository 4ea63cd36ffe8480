use std::fs::File;
use std::io::{self, Write};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::Signal;
use crate::fail_point::ANY;

/// Makes each step that a pipeline tells of a fail point of that name.
///
/// A pipeline tells of a step by a `tracing` event with a field `step`; those of one target are looked at. What happens at
/// them is told as the crate `fail` reads it, and `return(kill)` and `return(stop)` send `SIGKILL` and `SIGSTOP` to this
/// very process. Every step is the fail point `any`, too. So a library need not know of fail points to have them.
#[derive(Debug)]
pub struct FailPoints {
    target: &'static str,
    /// Where each step is written down, for who started this process.
    log: Option<File>,
}

impl FailPoints {
    /// The steps of `target`, with what happens at them: `commit=2*off->return(kill);send=sleep(20)`. Fail points are
    /// those of the whole process.
    ///
    /// # Errors
    /// `InvalidInput` when that cannot be read.
    pub fn of(target: &'static str, told: &str) -> io::Result<Self> {
        for point in told.split(';').filter(|point| !point.is_empty()) {
            let (step, acts) = point.split_once('=').ok_or_else(|| unread(point, "no ="))?;
            fail::cfg(step, acts).map_err(|why| unread(point, &why))?;
        }
        Ok(FailPoints { target, log: None })
    }

    /// The same, that write each step into a file.
    pub(crate) fn logged(mut self, log: File) -> Self {
        self.log = Some(log);
        self
    }

    /// Says that a step is reached: for those that a host takes beside the pipeline's own.
    ///
    /// # Panics
    /// When it is told to, and when it is told to return something that is neither `kill` nor `stop`.
    pub fn reach(&self, step: &str) {
        if let Some(mut log) = self.log.as_ref() {
            // one write a line, which the system appends as a whole; without a log there is nothing to be told
            let _ = log.write_all(format!("{step}\n").as_bytes());
        }
        for name in [step, ANY] {
            if let Some(returned) = returned(name) {
                signal(name, &returned);
            }
        }
    }
}

fn unread(point: &str, why: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("the fail point {point} cannot be read: {why}"),
    )
}

fn returned(name: &str) -> Option<String> {
    fail::fail_point!(name, |returned| Some(returned.unwrap_or_default()));
    None
}

fn signal(step: &str, returned: &str) {
    let (signal, pause) = match returned {
        "kill" => (Signal::Kill, Duration::from_secs(60)),
        "stop" => (Signal::Stop, Duration::from_millis(20)),
        other => panic!("{step}: return({other}) is neither kill nor stop"),
    };
    let sent = signal.send(&[std::process::id()]);
    assert!(sent.is_ok(), "{step}: {sent:?}");
    // The system may take a moment to reach all threads; this one is to go no further meanwhile.
    std::thread::sleep(pause);
}

/// The field `step` of an event.
#[derive(Default)]
struct Step(Option<String>);

impl Visit for Step {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "step" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}
}

impl Subscriber for FailPoints {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == self.target
    }

    fn event(&self, event: &Event<'_>) {
        let mut step = Step::default();
        event.record(&mut step);
        if let Some(step) = step.0 {
            self.reach(&step);
        }
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}
    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}
    fn enter(&self, _span: &span::Id) {}
    fn exit(&self, _span: &span::Id) {}
}
