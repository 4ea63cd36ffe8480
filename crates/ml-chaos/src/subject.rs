use std::future::Future;

use crate::{Column, File, Holds, Pollution, Said, Stretch};

/// A pipeline that is put to the test: it loads CSV files, each once, and holds back the records that are bad.
///
/// Whatever limits it sets to the number of bad records of a file have to be off.
pub trait Subject: Sync {
    /// What it keeps between loads: a connection, a pool, a store.
    type Session: Send;

    /// What its files look like, and where it is seen what became of them.
    fn layout(&self) -> Layout;

    /// Makes its tables in the database of a connection string.
    ///
    /// # Errors
    /// What went wrong, in words.
    fn prepare(&self, url: &str) -> impl Future<Output = Result<(), String>> + Send;

    /// Connects.
    ///
    /// # Errors
    /// What went wrong, in words.
    fn open(&self, url: &str) -> impl Future<Output = Result<Self::Session, String>> + Send;

    /// Loads a file, and says what it came to.
    fn load(&self, session: &mut Self::Session, file: &File) -> impl Future<Output = Said> + Send;

    /// The rule under which a polluted record is held back; `None` where any will do.
    fn rule(&self, _: Pollution) -> Option<&'static str> {
        None
    }
}

/// A subject that also takes in streams: stretches of records, of which the next one begins where the last one ended.
pub trait Streaming: Subject {
    /// Takes a stretch in, and says what it came to.
    fn append(
        &self,
        session: &mut Self::Session,
        stretch: &Stretch,
    ) -> impl Future<Output = Said> + Send;
}

/// A subject that also takes what was loaded further, load by load, into a table that holds the highest version of each thing.
pub trait Refining: Subject {
    /// That table, or a query in parentheses: the columns of the files, one row for each key.
    fn refined(&self) -> String;

    /// Takes in what was loaded since the last time, and says what it came to.
    fn advance(&self, session: &mut Self::Session) -> impl Future<Output = Said> + Send;
}

/// What the files of a subject look like, and where it is seen what became of them.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The columns, in the order of the header.
    pub columns: Vec<Column>,
    /// How many bytes the longest field may have; a longer one is held back.
    pub longest: usize,
    /// The table that files are loaded into, by its quoted name.
    pub rows: String,
    /// The other tables that a load writes, by their quoted names.
    pub written: Vec<String>,
    /// A query for the records of a file that are held back: their number in the file (`bigint`), from 1 and without the
    /// header, and the rule (`text`). `$1 text`: the name of the file.
    pub held: String,
    /// A query for what the ledger says about a file that is loaded: records read, accepted and held back (`bigint`); no
    /// row if it is not. `$1 text`: the name of the file.
    pub counted: String,
}

impl Layout {
    /// The first column that holds such a thing.
    pub(crate) fn column(&self, holds: Holds) -> Option<&Column> {
        self.columns.iter().find(|column| column.holds == holds)
    }
}
