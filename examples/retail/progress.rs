//! A progress bar for each layer, and below it one for each file that is being read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use metalayer::core::{Event, Observer, Progress};

/// Shows how many loads or steps of a layer are done, how many rows went by, and how far each file was read.
pub struct Bar {
    all: MultiProgress,
    bar: ProgressBar,
    files: Mutex<HashMap<String, ProgressBar>>,
    rows: AtomicU64,
}

impl Bar {
    /// A bar for `total` loads or steps of a layer.
    pub fn new(layer: &'static str, total: u64) -> Self {
        let all = MultiProgress::new();
        let bar = all.add(ProgressBar::new(total).with_prefix(layer));
        style(&bar, "{prefix:>8} [{bar:30}] {pos}/{len} {msg} {elapsed}");
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar {
            all,
            bar,
            files: Mutex::default(),
            rows: AtomicU64::new(0),
        }
    }

    fn add(&self, rows: u64) {
        let all = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        self.bar.set_message(format!("{all} rows"));
    }

    fn read(&self, source: &str, progress: Progress) {
        let Some(total) = progress.total else { return };
        let mut files = self.files();
        let file = files.entry(source.to_owned()).or_insert_with(|| {
            let file = ProgressBar::new(total).with_prefix(source.to_owned());
            let file = self.all.add(file);
            style(&file, "{bar:41} {bytes}/{total_bytes} {prefix}");
            file
        });
        file.set_position(progress.read);
    }

    fn done(&self, source: &str) {
        if let Some(file) = self.files().remove(source) {
            file.finish_and_clear();
        }
        self.bar.inc(1);
    }

    fn files(&self) -> MutexGuard<'_, HashMap<String, ProgressBar>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
}

#[async_trait::async_trait]
impl Observer for Bar {
    async fn see(&self, event: Event<'_>) {
        match event {
            Event::Judged {
                source,
                card,
                progress,
            } => {
                self.add(card.read);
                if let Some(progress) = progress {
                    self.read(source, progress);
                }
            }
            Event::Ended { source, .. } => self.done(source),
            Event::Step { rows, .. } => {
                self.bar.inc(1);
                self.add(rows);
            }
            _ => {}
        }
    }
}

/// A load that failed has not ended: its bar is still there.
impl Drop for Bar {
    fn drop(&mut self) {
        self.files()
            .drain()
            .for_each(|(_, file)| file.finish_and_clear());
        self.bar.finish_and_clear();
    }
}
