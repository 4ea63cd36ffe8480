//! Records that come by themselves, back from the quarantine.

use ml_core::{Chunk, Judged, Position, Record, Result};
use ml_quality::Judge;

use super::{Reading, enter};
use crate::fault;
use crate::splitter::Splitter;

impl<R: Record, S: Splitter> Reading<R, S> {
    /// Judges a record that stands alone, as one of this source at this position; what ends its line may be there.
    pub(crate) async fn alone<B: Chunk<R>>(
        &mut self,
        bytes: &[u8],
        at: Position,
        judge: &Judge<R>,
        chunk: &mut Judged<B>,
    ) -> Result<()> {
        let record = without_end(bytes);
        self.splitter.go_on_in(record.to_vec());
        match self.advance().await? {
            None => self.report.violate(fault::alone("none")),
            Some(frame) if frame.broken.is_none() && frame.len < record.len() as u64 => {
                self.report.violate(fault::alone("more"));
            }
            Some(frame) => self.weigh(&frame, judge).await?,
        }
        let settled = self.report.settle(true);
        let raw = (bytes, bytes.len() as u64);
        enter(settled, (&self.record, at), raw, &self.limits, chunk);
        chunk.card += &self.report.take_card();
        Ok(())
    }
}

fn without_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}
