use crate::{Error, Subject, Trial};

/// What the server does not let a load do, and what undoes it.
pub(crate) struct Hindrance {
    pub(crate) what: String,
    pub(crate) hinder: String,
    pub(crate) undo: String,
}

/// A table that may be hindered.
pub(crate) struct Hinderable {
    table: String,
    schema: String,
    name: String,
}

impl Hinderable {
    pub(crate) async fn of<S: Subject>(trial: &Trial<'_, S>, table: &str) -> Result<Self, Error> {
        let row = trial
            .client
            .query_one(include_str!("../sql/name.sql"), &[&table])
            .await?;
        Ok(Hinderable {
            table: table.to_owned(),
            schema: row.get(0),
            name: row.get(1),
        })
    }

    /// It is not there.
    pub(crate) fn away(&self) -> Hindrance {
        self.hindrance(
            "is away",
            include_str!("../sql/away.sql"),
            include_str!("../sql/back.sql"),
        )
    }

    /// It refuses every row.
    pub(crate) fn deaf(&self) -> Hindrance {
        self.hindrance(
            "refuses all",
            include_str!("../sql/deaf.sql"),
            include_str!("../sql/hearing.sql"),
        )
    }

    /// It refuses the row of a key, and says what is in it.
    pub(crate) fn picky(&self, column: &str, key: i64) -> Hindrance {
        let hinder = include_str!("../sql/picky.sql").replace("{key}", column);
        let hinder = hinder.replace("{value}", &key.to_string());
        self.hindrance("refuses one row", &hinder, include_str!("../sql/open.sql"))
    }

    fn hindrance(&self, how: &str, hinder: &str, undo: &str) -> Hindrance {
        let of_this = |statement: &str| {
            let statement = statement.replace("{table}", &self.table);
            statement
                .replace("{schema}", &self.schema)
                .replace("{name}", &self.name)
        };
        Hindrance {
            what: format!("{} {how}", self.table),
            hinder: of_this(hinder),
            undo: of_this(undo),
        }
    }
}
