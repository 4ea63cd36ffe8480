//! A progress bar for each layer.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use metalayer::core::{Event, Observer};

/// Shows how many loads of a layer are done and how many rows went by.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar for `total` loads of a layer.
    pub fn new(layer: &'static str, total: u64) -> Self {
        let bar = ProgressBar::new(total)
            .with_prefix(layer)
            .with_message("0 rows");
        let template = "{prefix:>8} [{bar:30}] {pos}/{len} {msg} {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar(bar)
    }

    fn rows(&self, rows: u64) {
        let before: u64 = self
            .0
            .message()
            .split(' ')
            .next()
            .and_then(|rows| rows.parse().ok())
            .unwrap_or(0);
        self.0.set_message(format!("{} rows", before + rows));
    }
}

#[async_trait::async_trait]
impl Observer for Bar {
    async fn see(&self, event: Event<'_>) {
        match event {
            Event::Judged { card, .. } => self.rows(card.read),
            Event::Ended { .. } => self.0.inc(1),
            Event::Step { rows, .. } => {
                self.0.inc(1);
                self.rows(rows);
            }
            _ => {}
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
