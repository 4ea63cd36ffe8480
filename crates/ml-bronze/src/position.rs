use ml_core::{Error, Feed, Judged, LoadId, Located, Position, Record, Result};

use crate::{Form, SourceFile};

impl<R, S> SourceFile<R, S>
where
    R: Record,
    S: Clone + Into<Form> + Send + Sync,
{
    /// Where the record of this number stands in the file, which is read again up to it; `None` where it has no such
    /// record.
    ///
    /// # Errors
    /// [`Source`](ml_core::Kind::Source) when the file cannot be read, or is not the one with this SHA-256 any more:
    /// the line would be that of another record.
    pub async fn position(
        mut self,
        load: LoadId,
        record: u64,
        sha256: &str,
    ) -> Result<Option<Position>> {
        let key = self.open_again().await?;
        if key.is_none_or(|found| found != sha256) {
            let name = Feed::<Vec<Located<R>>>::source(&self).to_owned();
            return Err(Error::source(format!(
                "{name} is not the file that was loaded: look for the one whose SHA-256 is {sha256}"
            )));
        }
        loop {
            let chunk: Option<Judged<Vec<Located<R>>>> = self.next(load).await?;
            let Some(Judged { rows, held, .. }) = chunk else {
                return Ok(None);
            };
            let kept = rows.iter().map(|row| row.at);
            let found = kept.chain(held.iter().map(|held| held.at));
            let found = found.into_iter().find(|at| at.record == record);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    async fn open_again(&mut self) -> Result<Option<String>> {
        let key = Feed::<Vec<Located<R>>>::open(self).await?;
        Ok(key.sha256.map(|sha256| sha256.to_string()))
    }
}
