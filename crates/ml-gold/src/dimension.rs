use ml_core::{Dataset, Error, Ident, Result, Statement, Type};

use crate::calendar;
use crate::column::Column;
use crate::grain;
use crate::history::History;
use crate::inferred::{self, Wanted};
use crate::model::Model;
use crate::quote::{list, quoted};
use crate::renewal::Renewal;
use crate::table::Table;

/// A dimension: one row per natural key (type 1), per key and span of time (type 2) or per day (date).
///
/// Rows have a surrogate key `<entity>_key`, where the entity is the name without `dim_`. It stays across refreshes.
/// The unknown member has the key -1; source rows without a natural key, or with the unknown member's own
/// (`unknown`, -1, the first of January of the year 1), belong to it. Expressions are SQL over the source's columns,
/// and are trusted as code is. The source is a table of silver; rows that it marks by `_deleted` are left out.
///
/// ```
/// use ml_core::{Dataset, Type};
/// use ml_gold::Dimension;
///
/// let product = Dimension::new("dim_product", Dataset::of("silver", "sales"))
///     .key("product_id", Type::Text, "stock_code")
///     .attribute("description", Type::Text, "description")
///     .latest(Type::Timestamp, "invoice_date");
/// # let _ = product;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    name: String,
    source: Dataset,
    keys: Vec<Column>,
    attributes: Vec<Column>,
    latest: Vec<Column>,
    history: Option<History>,
    day: Option<String>,
    /// Further sources of days.
    pub(crate) further: Vec<(Dataset, String)>,
    pub(crate) identity: Identity,
    /// Facts that may know of members before it does.
    pub(crate) wanted: Vec<Wanted>,
    /// The dimension it is to agree with.
    pub(crate) conforms: Option<String>,
    pub(crate) renewal: Option<Renewal>,
    keyed: KeyedBy,
}

/// What tells the members of a dimension apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Keyed,
    Combination,
}

/// What a source row keeps its natural key by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyedBy {
    /// Nothing: another key may come to stand in it.
    Row,
    /// The grain of the source.
    Grain,
}

impl Dimension {
    /// A type 1 dimension over `source`: attributes are those of the latest source row.
    pub fn new(name: impl Into<String>, source: Dataset) -> Self {
        Dimension {
            name: name.into(),
            source,
            keys: Vec::new(),
            attributes: Vec::new(),
            latest: Vec::new(),
            history: None,
            day: None,
            further: Vec::new(),
            identity: Identity::Keyed,
            wanted: Vec::new(),
            conforms: None,
            renewal: None,
            keyed: KeyedBy::Row,
        }
    }

    /// A row for each day from the first to the last `day` of `source`, with key `yyyymmdd`.
    pub fn date(name: impl Into<String>, source: Dataset, day: impl Into<String>) -> Self {
        Dimension {
            day: Some(day.into()),
            ..Dimension::new(name, source)
        }
    }

    /// Further days that a date dimension is to have: those of another source, or of another column of the same.
    pub fn days(mut self, source: Dataset, day: impl Into<String>) -> Self {
        self.further.push((source, day.into()));
        self
    }

    /// A natural key; several make up one.
    pub fn key(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.keys.push(Column::new(name, ty, expr));
        self
    }

    /// An attribute that may be NULL.
    pub fn attribute(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.attributes.push(Column::new(name, ty, expr).nullable());
        self
    }

    /// An attribute that is never NULL.
    pub fn required(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.attributes.push(Column::new(name, ty, expr));
        self
    }

    /// What makes a source row the latest of its key: the greatest, NULL being the least. Later calls break ties of
    /// earlier ones, and the attributes' values break the rest, so the order of loads never matters.
    pub fn latest(mut self, ty: Type, expr: impl Into<String>) -> Self {
        let name = format!("_latest_{}", self.latest.len());
        self.latest.push(Column::new(name, ty, expr).nullable());
        self
    }

    /// Keeps a row for each span in which the `tracked` attributes did not change, from the instant `effective` on;
    /// other attributes are the latest in all of them.
    ///
    /// `effective` becomes a `timestamp`; source rows without a finite one have no part in the history.
    pub fn type2<S: Into<String>>(
        mut self,
        effective: impl Into<String>,
        tracked: impl IntoIterator<Item = S>,
    ) -> Self {
        self.history = Some(History {
            effective: effective.into(),
            tracked: tracked.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Says that the natural key is the grain of the source or a part of it, so that a row of it never changes its key.
    /// The key is then made of plain columns, and that they are in one unique index of the source is checked when the
    /// plan is installed.
    ///
    /// Renewed incrementally, a dimension has to know which keys the rows that changed had before. Where no fact
    /// remembers that, because it is over the same source and refers to the dimension by the same expressions, this is
    /// how it knows.
    pub fn keyed_by_grain(mut self) -> Self {
        self.keyed = KeyedBy::Grain;
        self
    }

    /// How it is renewed.
    pub fn renewed(mut self, renewal: Renewal) -> Self {
        self.renewal = Some(renewal);
        self
    }

    pub(crate) fn is_keyed_by_grain(&self) -> bool {
        self.keyed == KeyedBy::Grain
    }

    /// The expressions over its source.
    pub(crate) fn exprs(&self) -> Vec<String> {
        let keys = self.keys();
        let columns = keys.iter().chain(&self.attributes).chain(&self.latest);
        let effective = self.history.iter().map(|history| &history.effective);
        let exprs = columns.map(|column| &column.expr).chain(effective);
        exprs.cloned().collect()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn source(&self) -> &Dataset {
        &self.source
    }

    /// The name of the surrogate key.
    pub(crate) fn surrogate(&self) -> String {
        format!("{}_key", self.entity())
    }

    pub(crate) fn entity(&self) -> &str {
        self.name.strip_prefix("dim_").unwrap_or(&self.name)
    }

    /// The columns that a fact looks it up by.
    pub(crate) fn keys(&self) -> Vec<Column> {
        match &self.day {
            Some(day) => vec![calendar::day(day)],
            None if self.identity == Identity::Combination => vec![self.own_combination()],
            None => self.keys.clone(),
        }
    }

    pub(crate) fn ranks(&self) -> &[Column] {
        &self.latest
    }

    pub(crate) fn attributes(&self) -> &[Column] {
        &self.attributes
    }

    /// The type of the surrogate key.
    pub(crate) fn key_type(&self) -> Type {
        match self.day {
            Some(_) => Type::Int4,
            None => Type::Int8,
        }
    }

    /// Why its members do not follow from rows of its source by their keys alone, if they do not.
    pub(crate) fn further_rows(&self) -> Option<&'static str> {
        match () {
            () if self.identity == Identity::Combination => Some("its members are combinations"),
            () if !self.further.is_empty() => Some("its days are those of several sources"),
            () if !self.wanted.is_empty() => Some("facts infer members of it"),
            () => None,
        }
    }

    pub(crate) fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    pub(crate) fn is_calendar(&self) -> bool {
        self.day.is_some()
    }

    pub(crate) fn model(&self, schema: &Ident) -> Result<Model> {
        self.check()?;
        let model = match (&self.day, &self.history) {
            (Some(day), _) => calendar::model(self, schema, day),
            (None, Some(history)) => history.model(self, schema),
            (None, None) => self.type1(schema),
        };
        let mut model = inferred::complete(self, model?)?;
        if self.is_keyed_by_grain() {
            let checked = grain::check(self)?;
            model.install.push(model.table.statement("grain", checked));
        }
        Ok(model)
    }

    fn check(&self) -> Result<()> {
        let extras =
            !self.attributes.is_empty() || self.history.is_some() || self.is_keyed_by_grain();
        if self.identity == Identity::Combination {
            return self.check_combination();
        }
        if !self.is_calendar() && !self.further.is_empty() {
            return Err(Error::contract(format!(
                "{:?} takes days() of {}, but only a date dimension has days",
                self.name, self.further[0].0
            )));
        }
        let valid = match self.is_calendar() {
            true => self.keys.is_empty() && !extras,
            false => !self.keys.is_empty(),
        };
        if !valid {
            return Err(Error::contract(format!(
                "{:?} needs a natural key, or days and nothing else",
                self.name
            )));
        }
        Ok(())
    }

    fn check_combination(&self) -> Result<()> {
        let bare = self.keys.is_empty() && self.latest.is_empty() && self.further.is_empty();
        match bare && self.history.is_none() && !self.attributes.is_empty() {
            true => Ok(()),
            false => Err(Error::contract(format!(
                "{:?} is a junk dimension: it needs attributes and nothing else, since they are its key",
                self.name
            ))),
        }
    }

    /// Whether a fact can make a member of it.
    pub(crate) fn can_infer(&self) -> bool {
        !self.is_calendar() && self.identity == Identity::Keyed
    }

    fn type1(&self, schema: &Ident) -> Result<Model> {
        let keys = self.keys();
        let columns: Vec<Column> = keys.iter().chain(&self.attributes).cloned().collect();
        let key: Vec<String> = keys.iter().map(|key| key.name.clone()).collect();
        let unique = Table::keyed("UNIQUE", key.iter().map(String::as_str));
        let table = self.table(schema, columns, key, vec![unique])?;
        let values: Result<Vec<&str>> = table
            .columns
            .iter()
            .map(|c| c.unknown(&self.name))
            .collect();
        let install = vec![self.unknown(&table, &values?)];
        let latest = self.latest_of(&self.attributes, "fresh", &[])?;
        Ok(Model {
            install,
            fresh: format!("WITH {latest}"),
            guards: Vec::new(),
            checks: Vec::new(),
            table,
        })
    }

    pub(crate) fn table(
        &self,
        schema: &Ident,
        columns: Vec<Column>,
        key: Vec<String>,
        clauses: Vec<String>,
    ) -> Result<Table> {
        let table = Table {
            schema: schema.clone(),
            name: self.name.clone(),
            surrogate: Some(self.surrogate()),
            columns,
            order: key.clone(),
            key,
            clauses,
            unknown: Some(self.surrogate()),
            months: None,
        };
        table.checked()
    }

    /// What puts the unknown member into the table, or brings it up to the model; `values` are those beside its key.
    pub(crate) fn unknown(&self, table: &Table, values: &[&str]) -> Statement {
        let mut names = table.names();
        names.retain(|name| *name != self.surrogate());
        let set: Vec<String> = names
            .iter()
            .map(|name| format!("{0} = excluded.{0}", quoted(name)))
            .collect();
        let key = quoted(&self.surrogate());
        let sql = format!(
            "INSERT INTO {} ({key}, {})\nOVERRIDING SYSTEM VALUE\nVALUES (-1, {})\nON CONFLICT ({key}) DO UPDATE SET {}",
            table.quoted(),
            list(names),
            values.join(", "),
            set.join(", ")
        );
        table.statement("unknown member", sql)
    }
}
