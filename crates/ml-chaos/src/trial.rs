use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Client, NoTls};

use crate::file::Row;
use crate::seen::{Seen, rows_against};
use crate::{
    Canaries, Column, Error, File, Files, Findings, History, Holds, Invariant, Layout, Outcome,
    Proxy, Said, Subject, Truth, Violation,
};

/// How long a call may take.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long a session may outlive its pipeline, and how long another may take to come to a lock.
const PATIENCE: Duration = Duration::from_secs(5);
const OTHERS: &str = include_str!("../sql/others.sql");
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(2);

/// A subject in a database of its own, and a connection that is none of the subject's to look at its tables by.
#[derive(Debug)]
pub struct Trial<'a, S> {
    pub(crate) subject: &'a S,
    pub(crate) url: String,
    pub(crate) client: Client,
    pub(crate) layout: Layout,
    pub(crate) files: Files,
    history: History,
    canaries: Canaries,
    findings: Findings,
}

impl<'a, S: Subject> Trial<'a, S> {
    /// Prepares a subject in a database in which none of its tables is; `seed` makes the files.
    ///
    /// # Errors
    /// When the database cannot be connected to, or the subject not be prepared.
    pub async fn open(subject: &'a S, url: &str, seed: u64) -> Result<Self, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        subject.prepare(url).await.map_err(Error::new)?;
        let layout = subject.layout();
        Ok(Trial {
            subject,
            url: url.to_owned(),
            client,
            files: Files::of(&layout.columns, layout.longest, seed),
            layout,
            history: History::default(),
            canaries: Canaries::new([Files::CANARY]),
            findings: Findings::default(),
        })
    }

    /// What the check found; the next one begins with nothing.
    pub(crate) fn findings(&mut self) -> Findings {
        std::mem::take(&mut self.findings)
    }

    pub(crate) fn found(&mut self, invariant: Invariant, what: impl Into<String>) {
        self.findings
            .violations
            .push(Violation::of(invariant, what));
    }

    /// Violations that were found over a file, or on the way to it.
    pub(crate) fn note(&mut self, what: &str, found: impl IntoIterator<Item = Violation>) {
        let found = found.into_iter().map(|violation| {
            let found = format!("{what}: {}", violation.found);
            Violation { found, ..violation }
        });
        self.findings.violations.extend(found);
    }

    pub(crate) fn looked(&mut self) {
        self.findings.looks += 1;
    }

    /// The quoted column that holds the key.
    pub(crate) fn key(&self) -> String {
        key(&self.layout.columns)
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

    /// Loads a file on a session.
    pub(crate) async fn load(&mut self, session: &mut S::Session, file: &File) -> Said {
        self.history.tried(&file.thing());
        let said = self
            .listen(&file.name, self.subject.load(session, file))
            .await;
        self.concluded(file, &said);
        said
    }

    /// Loads a file when nothing is in its way any more: all of it has to be there then.
    pub(crate) async fn recovers(
        &mut self,
        what: &str,
        session: &mut S::Session,
        file: &File,
    ) -> Result<(), Error> {
        let said = self.load(session, file).await;
        if !matches!(said.outcome, Outcome::Applied | Outcome::Replayed) {
            self.found(
                Invariant::Converges,
                format!("{what}, then run again: {said}"),
            );
        }
        let (seen, found) = self.compare(file).await?;
        self.decided(&file.thing(), !seen.is_nothing());
        self.note_as(
            Invariant::Converges,
            &format!("{what}, then run again"),
            found,
        );
        Ok(())
    }

    /// Loads a file that is there once more, which has to add nothing.
    pub(crate) async fn adds_nothing(
        &mut self,
        what: &str,
        session: &mut S::Session,
        file: &File,
    ) -> Result<(), Error> {
        let before = self.see(file).await?;
        let said = self.load(session, file).await;
        if said.outcome != Outcome::Replayed {
            self.found(Invariant::Idempotent, format!("{what}, once more: {said}"));
        }
        self.looked();
        if self.see(file).await? != before {
            self.found(
                Invariant::Idempotent,
                format!("{what}, once more: the tables changed"),
            );
        }
        Ok(())
    }

    /// Waits for what a call says, and looks at what it said.
    pub(crate) async fn listen(&mut self, what: &str, call: impl Future<Output = Said>) -> Said {
        let said = match timeout(DEADLINE, call).await {
            Ok(said) => said,
            Err(_) => {
                self.found(
                    Invariant::Timely,
                    format!("{what}: nothing was said for {DEADLINE:?}"),
                );
                Outcome::Unknown.saying("")
            }
        };
        self.heard(what, &said);
        said
    }

    /// No value of a row may be in what was said.
    pub(crate) fn heard(&mut self, what: &str, said: &Said) {
        let leaks = self
            .canaries
            .in_text(&said.text, &format!("what was said of {what}"));
        self.findings.violations.extend(leaks);
    }

    /// Takes down what a load was said to have come to.
    pub(crate) fn concluded(&mut self, file: &File, said: &Said) {
        let lie = self.history.said(&file.thing(), said.outcome);
        self.findings.violations.extend(lie);
    }

    /// Takes down that a load has to have come to `Applied`.
    pub(crate) fn is_applied(&mut self, what: &str, said: &Said) {
        if said.outcome != Outcome::Applied {
            self.found(Invariant::Reconciles, format!("{what}: {said}"));
        }
    }

    /// All or nothing of a file has to be there, and nobody be at it any more.
    pub(crate) async fn is_atomic(&mut self, what: &str, file: &File) -> Result<(), Error> {
        let (seen, found) = self.compare(file).await?;
        self.decided(&file.thing(), !seen.is_nothing());
        self.is_all_or_nothing(what, &seen, found);
        Ok(())
    }

    /// What was seen of a file has to be all or nothing; what is there twice is another matter.
    pub(crate) fn is_all_or_nothing(&mut self, what: &str, seen: &Seen, found: Vec<Violation>) {
        let twice = |violation: &Violation| violation.invariant == Invariant::Idempotent;
        match (seen.is_nothing(), found.iter().any(twice)) {
            (true, _) => {}
            (false, true) => self.note(what, found.into_iter().filter(twice)),
            (false, false) => self.note_as(Invariant::Atomic, what, found),
        }
    }

    /// All of a file has to be there.
    pub(crate) async fn is_whole(&mut self, what: &str, file: &File) -> Result<(), Error> {
        let (seen, found) = self.compare(file).await?;
        self.decided(&file.thing(), !seen.is_nothing());
        self.note(what, found);
        Ok(())
    }

    /// All rows of a file have to be there, whatever is said of its name.
    pub(crate) async fn has_rows(&mut self, what: &str, file: &File) -> Result<(), Error> {
        self.looked();
        let rows = self.rows(&self.layout.rows, &file.truth).await?;
        self.decided(&file.thing(), !rows.is_empty());
        self.note(what, rows_against(&rows, &file.truth));
        Ok(())
    }

    async fn compare(&mut self, file: &File) -> Result<(Seen, Vec<Violation>), Error> {
        self.looked();
        self.glance(file).await
    }

    /// What is there of a file, and in what it is not all of it.
    pub(crate) async fn glance(&self, file: &File) -> Result<(Seen, Vec<Violation>), Error> {
        let seen = self.see(file).await?;
        let found = seen.against(&file.truth, |by| self.subject.rule(by));
        Ok((seen, found))
    }

    /// Takes down whether a thing is there, when nobody is at it any more.
    fn decided(&mut self, what: &str, is_there: bool) {
        let lie = self.history.seen(what, is_there);
        self.findings.violations.extend(lie);
    }

    /// The same, each of them as a violation of one invariant.
    pub(crate) fn note_as(&mut self, invariant: Invariant, what: &str, found: Vec<Violation>) {
        let found = found.into_iter().map(|violation| Violation {
            invariant,
            ..violation
        });
        self.note(what, found);
    }

    async fn see(&self, file: &File) -> Result<Seen, Error> {
        let mut held: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
        for row in self.client.query(&self.layout.held, &[&file.name]).await? {
            let number: i64 = row.get(0);
            held.entry(number.unsigned_abs())
                .or_default()
                .insert(row.get(1));
        }
        let counted = self
            .client
            .query_opt(&self.layout.counted, &[&file.name])
            .await?;
        Ok(Seen {
            rows: self.rows(&self.layout.rows, &file.truth).await?,
            held,
            counted: counted.map(|row| [0, 1, 2].map(|nth| row.get(nth))),
        })
    }

    /// The rows of a table that have the keys of a file.
    pub(crate) async fn rows(&self, table: &str, truth: &Truth) -> Result<Vec<(i64, Row)>, Error> {
        let query = rows_between(table, &self.layout.columns);
        let (least, greatest) = (truth.keys.start(), truth.keys.end());
        let rows = self.client.query(&query, &[least, greatest]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Waits until a session of the subject waits for a lock, but not for ever.
    pub(crate) async fn waits(&self) -> Result<(), Error> {
        self.until(include_str!("../sql/waiting.sql"), |waiting| waiting > 0)
            .await
            .map(drop)
    }

    /// How many other sessions there are.
    pub(crate) async fn others(&self) -> Result<i64, Error> {
        Ok(self.client.query_one(OTHERS, &[]).await?.get(0))
    }

    /// Waits until there are no more sessions than before: whoever was broken off may still do what it was told last.
    pub(crate) async fn is_left_alone(&mut self, what: &str, before: i64) -> Result<(), Error> {
        let others = self.until(OTHERS, |others| others <= before).await?;
        if others > before {
            self.found(
                Invariant::Clean,
                format!("{what}: {others} sessions after it, {before} before"),
            );
        }
        Ok(())
    }

    async fn until(&self, count: &str, is_enough: impl Fn(i64) -> bool) -> Result<i64, Error> {
        let began = Instant::now();
        loop {
            let counted = self.client.query_one(count, &[]).await?.get(0);
            if is_enough(counted) || began.elapsed() > PATIENCE {
                return Ok(counted);
            }
            sleep(PAUSE).await;
        }
    }
}

fn quoted(column: &Column) -> String {
    format!("\"{}\"", column.name.replace('"', "\"\""))
}

/// The quoted column that holds the key; NULL where none does.
fn key(columns: &[Column]) -> String {
    let key = columns.iter().find(|column| column.holds == Holds::Key);
    key.map_or_else(|| String::from("NULL"), quoted)
}

fn rows_between(table: &str, columns: &[Column]) -> String {
    let text = |column: &Column| format!("coalesce({}::text, '(null)')", quoted(column));
    let texts: Vec<String> = columns.iter().map(text).collect();
    include_str!("../sql/rows_between.sql")
        .replace("{columns}", &texts.join(", "))
        .replace("{key}", &key(columns))
        .replace("{table}", table)
}
