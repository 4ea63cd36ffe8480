use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

use crate::notes::Notes;
use crate::seen::{Seen, rows_against};
use crate::witness::Witness;
use crate::{Error, File, Files, Holds, Invariant, Outcome, Proxy, Said, Subject, Violation};

/// How long a call may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// How often, and after how long each time, a file is given again that another is said to be at.
const COME_BACK: u32 = 100;
const MOMENT: Duration = Duration::from_millis(20);

/// A subject in a database of its own, with files that it has not seen, and a connection that is none of the subject's to look
/// at its tables by.
#[derive(Debug)]
pub struct Trial<'a, S> {
    pub(crate) subject: &'a S,
    pub(crate) files: Files,
    pub(crate) witness: Witness,
    pub(crate) notes: Notes,
    url: String,
}

impl<'a, S: Subject> Trial<'a, S> {
    /// Prepares a subject in a database in which none of its tables is; `seed` makes the files.
    ///
    /// # Errors
    /// When the database cannot be connected to, the subject not be prepared, or no column holds a key.
    pub async fn open(subject: &'a S, url: &str, seed: u64) -> Result<Self, Error> {
        let layout = subject.layout();
        if layout.column(Holds::Key).is_none() {
            return Err(Error::new("no column holds a key"));
        }
        subject.prepare(url).await.map_err(Error::new)?;
        Ok(Trial {
            subject,
            files: Files::of(&layout.columns, layout.longest, seed),
            witness: Witness::of(url, layout).await?,
            notes: Notes::default(),
            url: url.to_owned(),
        })
    }

    /// A session of the subject.
    pub(crate) async fn session(&self) -> Result<S::Session, Error> {
        self.subject.open(&self.url).await.map_err(Error::new)
    }

    /// A session by way of a proxy.
    pub(crate) async fn session_by(&self, proxy: &Proxy) -> Result<S::Session, Error> {
        self.subject.open(&proxy.url()).await.map_err(Error::new)
    }

    /// A proxy in front of the database.
    pub(crate) async fn proxy(&self) -> Result<Proxy, Error> {
        Ok(Proxy::start(&self.url).await?)
    }

    /// Waits for what a call says, and looks at what it said.
    pub(crate) async fn listen(&mut self, what: &str, call: impl Future<Output = Said>) -> Said {
        let said = timeout(DEADLINE, call).await.unwrap_or_else(|_| {
            let found = format!("{what}: nothing was said for {DEADLINE:?}");
            self.notes.found(Invariant::Timely, found);
            Outcome::Unknown.saying("")
        });
        self.notes.heard(what, &said);
        said
    }

    /// Loads a file.
    pub(crate) async fn load(&mut self, session: &mut S::Session, file: &File) -> Said {
        self.notes.history.tried(&file.thing());
        let load = self.subject.load(session, file);
        let said = self.listen(&file.name, load).await;
        self.notes.concluded(file, &said);
        said
    }

    /// Loads a file when nothing is in its way any more: all of it has to be there then.
    pub(crate) async fn recovers(
        &mut self,
        what: &str,
        session: &mut S::Session,
        file: &File,
    ) -> Result<(), Error> {
        let what = format!("{what}, then run again");
        let mut said = self.load(session, file).await;
        for _ in 0..COME_BACK {
            if said.outcome != Outcome::Busy {
                break;
            }
            // a server ends what was broken by itself, a moment later
            tokio::time::sleep(MOMENT).await;
            said = self.load(session, file).await;
        }
        if !matches!(said.outcome, Outcome::Applied | Outcome::Replayed) {
            self.notes
                .found(Invariant::Converges, format!("{what}: {said}"));
        }
        let (_, found) = self.decide(file).await?;
        self.notes.note_as(Invariant::Converges, &what, found);
        Ok(())
    }

    /// Loads a file that is there once more, which has to add nothing.
    pub(crate) async fn adds_nothing(
        &mut self,
        what: &str,
        session: &mut S::Session,
        file: &File,
    ) -> Result<(), Error> {
        let what = format!("{what}, once more");
        let before = self.witness.see(file).await?;
        let said = self.load(session, file).await;
        if said.outcome != Outcome::Replayed {
            self.notes
                .found(Invariant::Idempotent, format!("{what}: {said}"));
        }
        self.notes.looked();
        if self.witness.see(file).await? != before {
            self.notes
                .found(Invariant::Idempotent, format!("{what}: the tables changed"));
        }
        Ok(())
    }

    /// All or nothing of a file has to be there.
    pub(crate) async fn is_atomic(&mut self, what: &str, file: &File) -> Result<(), Error> {
        let (seen, found) = self.decide(file).await?;
        self.notes.all_or_nothing(what, &seen, found);
        Ok(())
    }

    /// All of a file has to be there.
    pub(crate) async fn is_whole(&mut self, what: &str, file: &File) -> Result<(), Error> {
        let (_, found) = self.decide(file).await?;
        self.notes.note(what, found);
        Ok(())
    }

    /// All rows of a file have to be there, whatever is said of its name.
    pub(crate) async fn has_rows(&mut self, what: &str, file: &File) -> Result<(), Error> {
        self.notes.looked();
        let rows = self
            .witness
            .rows(&self.witness.layout.rows, &file.truth)
            .await?;
        self.notes.decided(file, !rows.is_empty());
        self.notes.note(what, rows_against(&rows, &file.truth));
        Ok(())
    }

    /// There have to be no more sessions than before.
    pub(crate) async fn is_left_alone(&mut self, what: &str, before: i64) -> Result<(), Error> {
        let after = self.witness.alone(before).await?;
        if after > before {
            let found = format!("{what}: {after} sessions after it, {before} before");
            self.notes.found(Invariant::Clean, found);
        }
        Ok(())
    }

    /// What is there of a file, and in what it is not all of it; somebody may be at it still.
    pub(crate) async fn glance(&self, file: &File) -> Result<(Seen, Vec<Violation>), Error> {
        let seen = self.witness.see(file).await?;
        let found = seen.against(&file.truth, |by| self.subject.rule(by));
        Ok((seen, found))
    }

    /// The same, when nobody is at it any more.
    async fn decide(&mut self, file: &File) -> Result<(Seen, Vec<Violation>), Error> {
        self.notes.looked();
        let (seen, found) = self.glance(file).await?;
        self.notes.decided(file, !seen.is_nothing());
        Ok((seen, found))
    }
}
