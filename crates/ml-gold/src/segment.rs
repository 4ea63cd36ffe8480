//! Segments: entities put into classes by what their facts come to.

mod bands;
mod cohort;
mod pareto;
mod rfm;

use ml_core::{Error, Fingerprint, Result, Type};

pub use self::bands::Bands;
pub use self::cohort::Cohort;
pub use self::pareto::Pareto;
pub use self::rfm::Rfm;
use crate::column::Column;
use crate::model::Model;
use crate::quote::{list, literal};
use crate::star::Star;
use crate::table::Table;

/// The table of the definitions by which segments were made.
pub(crate) const DEFINITIONS: &str = "segment_definition";

/// Which class each entity of a fact is in: one row per entity, computed anew by each refresh.
///
/// Expressions see the fact as `fact`, and each of its dimensions by role, as in an [`Aggregate`](crate::Aggregate). How
/// entities are told apart into classes is an [`Rfm`], a [`Pareto`], a [`Cohort`] or [`Bands`]; what they come to stands
/// beside the column `segment`. Entities that come to the same are in the same class, so that neither the order of rows
/// nor a random draw says where one is. The definition, as text and as fingerprint, stands in the table
/// `segment_definition` and changes in the same commit as the segments.
///
/// ```
/// use ml_core::Type;
/// use ml_gold::{Bands, Segment};
/// use rust_decimal::dec;
///
/// let size = Segment::new("seg_customer_size", "fct_sales")
///     .entity("customer_id", Type::Text, "customer.customer_id")
///     .only("customer.customer_key <> -1")
///     .by(Bands::of("revenue", "sum(fact.amount)").below("small", dec!(100)).otherwise("large"));
/// # let _ = size;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    name: String,
    fact: String,
    entities: Vec<Column>,
    only: Option<String>,
    division: Option<Division>,
}

/// By what entities are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Division {
    /// By recency, frequency and monetary value.
    Rfm(Rfm),
    /// By the share of the whole that the greatest have.
    Pareto(Pareto),
    /// By when they were first there.
    Cohort(Cohort),
    /// By fixed bounds of a value.
    Bands(Bands),
}

/// What a division needs computed, in order.
pub(crate) struct Computed {
    /// Aggregates over the facts of an entity, kept.
    pub(crate) inputs: Vec<Column>,
    /// Over the inputs of all entities, kept.
    pub(crate) scores: Vec<Column>,
    /// Over the inputs of all entities, not kept.
    pub(crate) helpers: Vec<Column>,
    /// The class, over all of them.
    pub(crate) segment: String,
    /// What that means, for people.
    pub(crate) text: Vec<String>,
}

impl Segment {
    /// A segment of the entities of the fact of this name.
    pub fn new(name: impl Into<String>, fact: impl Into<String>) -> Self {
        Segment {
            name: name.into(),
            fact: fact.into(),
            entities: Vec::new(),
            only: None,
            division: None,
        }
    }

    /// What tells entities apart, never NULL; several make up one.
    pub fn entity(mut self, name: impl Into<String>, ty: Type, expr: impl Into<String>) -> Self {
        self.entities.push(Column::new(name, ty, expr));
        self
    }

    /// Which facts count; by default all.
    pub fn only(mut self, condition: impl Into<String>) -> Self {
        self.only = Some(condition.into());
        self
    }

    /// How they are told apart.
    pub fn by(mut self, division: impl Into<Division>) -> Self {
        self.division = Some(division.into());
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn over(&self) -> &str {
        &self.fact
    }

    pub(crate) fn entities(&self) -> &[Column] {
        &self.entities
    }

    pub(crate) fn condition(&self) -> Option<&str> {
        self.only.as_deref()
    }

    pub(crate) fn model(&self, star: &Star<'_>) -> Result<Model> {
        let computed = self.computed()?;
        let base = star.base(&self.name, &self.fact)?;
        let table = self.table(star, &computed)?;
        Ok(Model {
            install: Vec::new(),
            fresh: self.fresh(&base.from, &table, &computed),
            guards: Vec::new(),
            checks: Vec::new(),
            table,
        })
    }

    fn computed(&self) -> Result<Computed> {
        let computed = match &self.division {
            Some(Division::Rfm(rfm)) => rfm.computed(),
            Some(Division::Pareto(pareto)) => pareto.computed(),
            Some(Division::Cohort(cohort)) => Ok(cohort.computed()),
            Some(Division::Bands(bands)) => bands.computed(),
            None => Err(String::from(
                "has nothing that tells its entities apart: say by() what does",
            )),
        };
        computed.map_err(|why| Error::contract(format!("{} {why}", self.name)))
    }

    fn table(&self, star: &Star<'_>, computed: &Computed) -> Result<Table> {
        let key: Vec<String> = self.entities.iter().map(|e| e.name.clone()).collect();
        let segment = Column::new("segment", Type::Text, &*computed.segment);
        let columns = self.entities.iter().chain(&computed.inputs);
        let columns = columns.chain(&computed.scores).cloned().chain([segment]);
        let table = Table {
            schema: star.schema.clone(),
            name: self.name.clone(),
            surrogate: None,
            columns: columns.collect(),
            clauses: vec![Table::keyed("PRIMARY KEY", key.iter().map(String::as_str))],
            order: key.clone(),
            key,
            unknown: None,
            months: None,
        };
        table.checked()
    }

    fn fresh(&self, from: &str, table: &Table, computed: &Computed) -> String {
        let measured = self.entities.iter().chain(&computed.inputs);
        let measured: Vec<String> = measured.map(Column::selected).collect();
        let groups: Vec<String> = (1..=self.entities.len()).map(|n| n.to_string()).collect();
        let only = self.only.iter();
        let only = only.map(|condition| format!("\n    WHERE {condition}"));
        let scored = computed.scores.iter().chain(&computed.helpers);
        let scored = scored.map(|column| format!(",\n        {}", column.selected()));
        let kept: Vec<&str> = table.names();
        let (kept, segment) = kept.split_at(kept.len() - 1);
        let class = Column::new(segment[0], Type::Text, &*computed.segment);
        format!(
            "WITH measured AS (
    SELECT
        {}
    FROM {from}{}
    GROUP BY {}
),
scored AS (
    SELECT
        measured.*{}
    FROM measured
),
fresh AS (
    SELECT
        {},
        {}
    FROM scored
)",
            measured.join(",\n        "),
            only.collect::<String>(),
            groups.join(", "),
            scored.collect::<String>(),
            list(kept.iter().copied()),
            class.selected()
        )
    }

    /// What it is, for people: every expression and bound that decides.
    fn text(&self, computed: &Computed) -> String {
        let named = |column: &Column| format!("{} = {}", column.name, column.expr);
        let entities: Vec<String> = self.entities.iter().map(named).collect();
        let only = self.only.iter().map(|only| format!(" where {only}"));
        let per = format!(
            "one row per {} of {}{}",
            entities.join(", "),
            self.fact,
            only.collect::<String>()
        );
        let inputs = computed.inputs.iter().map(named);
        let lines = [per].into_iter().chain(inputs);
        let lines = lines.chain(computed.text.iter().cloned());
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The table of their definitions; none where there is no segment.
pub(crate) fn definitions(segments: &[Segment], star: &Star<'_>) -> Result<Option<Model>> {
    if segments.is_empty() {
        return Ok(None);
    }
    let rows: Result<Vec<String>> = segments
        .iter()
        .map(|segment| {
            let computed = segment.computed()?;
            let text = segment.text(&computed);
            let fingerprint = Fingerprint::of(&text).to_string();
            let row = [segment.name(), &text, &fingerprint].map(literal);
            Ok(format!("({})", row.join(", ")))
        })
        .collect();
    let columns = ["segment", "definition", "fingerprint"];
    let columns = columns.map(|name| Column::new(name, Type::Text, name));
    let selected = columns.each_ref().map(Column::selected);
    let table = Table {
        schema: star.schema.clone(),
        name: DEFINITIONS.to_owned(),
        surrogate: None,
        columns: columns.to_vec(),
        key: vec![String::from("segment")],
        clauses: vec![Table::keyed("PRIMARY KEY", ["segment"])],
        unknown: None,
        order: vec![String::from("segment")],
        months: None,
    };
    let fresh = format!(
        "WITH fresh AS (
    SELECT {}
    FROM (
        VALUES
        {}
    ) AS defined (segment, definition, fingerprint)
)",
        selected.join(", "),
        rows?.join(",\n        ")
    );
    Ok(Some(Model {
        table: table.checked()?,
        fresh,
        install: Vec::new(),
        guards: Vec::new(),
        checks: Vec::new(),
    }))
}

/// `CASE` over conditions and the classes they lead to, the first that is true.
pub(crate) fn case(classes: &[(String, String)], otherwise: &str) -> String {
    if classes.is_empty() {
        return otherwise.to_owned();
    }
    let when = classes
        .iter()
        .map(|(condition, class)| format!("WHEN {condition} THEN {} ", literal(class)));
    format!("CASE {}ELSE {otherwise} END", when.collect::<String>())
}
