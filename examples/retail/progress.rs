//! A progress bar for each layer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use metalayer::core::{Event, Observer};

/// Shows how many loads or steps of a layer are done and how many rows went by.
pub struct Bar {
    bar: ProgressBar,
    rows: AtomicU64,
}

impl Bar {
    /// A bar for `total` loads or steps of a layer.
    pub fn new(layer: &'static str, total: u64) -> Self {
        let bar = ProgressBar::new(total).with_prefix(layer);
        let template = "{prefix:>8} [{bar:30}] {pos}/{len} {msg} {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar {
            bar,
            rows: AtomicU64::new(0),
        }
    }

    fn add(&self, rows: u64) {
        let all = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        self.bar.set_message(format!("{all} rows"));
    }
}

#[async_trait::async_trait]
impl Observer for Bar {
    async fn see(&self, event: Event<'_>) {
        match event {
            Event::Judged { card, .. } => self.add(card.read),
            Event::Ended { .. } => self.bar.inc(1),
            Event::Step { rows, .. } => {
                self.bar.inc(1);
                self.add(rows);
            }
            _ => {}
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
