use crate::Error;
use crate::witness::Witness;

/// What the server does not let a load do, and what undoes it.
pub(crate) struct Hindrance {
    pub(crate) what: String,
    pub(crate) hinder: String,
    pub(crate) undo: String,
    /// What the server says of it.
    pub(crate) says: String,
}

/// A table that may be hindered.
pub(crate) struct Hinderable {
    table: String,
    schema: String,
    name: String,
}

impl Hinderable {
    pub(crate) async fn of(witness: &Witness, table: &str) -> Result<Self, Error> {
        let [schema, name] = witness.name(table).await?;
        Ok(Hinderable {
            table: table.to_owned(),
            schema,
            name,
        })
    }

    /// It is not there.
    pub(crate) fn away(&self) -> Hindrance {
        let statements = [
            include_str!("../sql/away.sql"),
            include_str!("../sql/back.sql"),
        ];
        self.hindrance("is away", statements, "does not exist")
    }

    /// It refuses every row.
    pub(crate) fn deaf(&self) -> Hindrance {
        let statements = [
            include_str!("../sql/deaf.sql"),
            include_str!("../sql/hearing.sql"),
        ];
        self.hindrance("refuses all", statements, "ml_chaos says no")
    }

    /// It refuses the row of a key, and says what is in it.
    pub(crate) fn picky(&self, column: &str, key: i64) -> Hindrance {
        let hinder = include_str!("../sql/picky.sql").replace("{key}", column);
        let hinder = hinder.replace("{value}", &key.to_string());
        let statements = [&*hinder, include_str!("../sql/open.sql")];
        self.hindrance("refuses one row", statements, "ml_chaos_picky")
    }

    fn hindrance(&self, how: &str, statements: [&str; 2], says: &str) -> Hindrance {
        let [hinder, undo] = statements.map(|statement| {
            let statement = statement.replace("{table}", &self.table);
            statement
                .replace("{schema}", &self.schema)
                .replace("{name}", &self.name)
        });
        Hindrance {
            what: format!("{} {how}", self.table),
            hinder,
            undo,
            says: says.to_owned(),
        }
    }
}
