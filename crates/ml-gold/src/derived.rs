use ml_core::{Dataset, Result};

use crate::model::Model;
use crate::segment;
use crate::star::Star;
use crate::table::Table;
use crate::{Accumulating, Fact, Segment, Snapshot, StateSnapshot, Warehouse};

/// The parts of a warehouse that are refreshed in full, by their nature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Derived {
    pub(crate) accumulating: Vec<Accumulating>,
    pub(crate) states: Vec<StateSnapshot>,
    pub(crate) snapshots: Vec<Snapshot>,
    pub(crate) segments: Vec<Segment>,
}

impl Warehouse {
    /// One more accumulating fact.
    pub fn accumulating(mut self, fact: Accumulating) -> Self {
        self.derived.accumulating.push(fact);
        self
    }

    /// One more periodic snapshot.
    pub fn snapshot(mut self, snapshot: Snapshot) -> Self {
        self.derived.snapshots.push(snapshot);
        self
    }

    /// One more periodic snapshot of states that a source reports.
    pub fn state_snapshot(mut self, snapshot: StateSnapshot) -> Self {
        self.derived.states.push(snapshot);
        self
    }

    /// One more segment.
    pub fn segment(mut self, segment: Segment) -> Self {
        self.derived.segments.push(segment);
        self
    }
}

impl Derived {
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let accumulating = self.accumulating.iter().map(Accumulating::name);
        let states = self.states.iter().map(|states| states.rows().name());
        let snapshots = self.snapshots.iter().map(Snapshot::name);
        let segments = self.segments.iter().map(Segment::name);
        let definitions = (!self.segments.is_empty()).then_some(segment::DEFINITIONS);
        let named = accumulating.chain(states).chain(snapshots).chain(segments);
        named.chain(definitions)
    }

    pub(crate) fn sources(&self) -> impl Iterator<Item = &Dataset> {
        let states = self.states.iter().map(|states| states.rows().source());
        let accumulating = self.accumulating.iter().map(Accumulating::source);
        accumulating.chain(states)
    }

    /// Their models, in the order they are refreshed, and the facts among them as aggregates see them.
    pub(crate) fn models(&self, star: &Star<'_>) -> Result<(Vec<Model>, Vec<Fact>)> {
        let mut models = Vec::new();
        let mut facts = star.facts.to_vec();
        for fact in &self.accumulating {
            models.push(fact.model(star)?);
            facts.push(fact.declared());
        }
        for states in &self.states {
            models.push(states.model(star)?);
            facts.push(states.declared());
        }
        for snapshot in &self.snapshots {
            let tables = tables(star, &models);
            let grown = grown(star, &facts, &tables);
            let (model, declared) = (snapshot.model(&grown)?, snapshot.declared(&facts, &grown)?);
            models.push(model);
            facts.push(declared);
        }
        for segment in &self.segments {
            let model = segment.model(&grown(star, &facts, &tables(star, &models)))?;
            models.push(model);
        }
        models.extend(segment::definitions(&self.segments, star)?);
        Ok((models, facts))
    }
}

/// The tables of a star and those of further models.
pub(crate) fn tables<'a>(star: &Star<'a>, models: &'a [Model]) -> Vec<&'a Table> {
    let further = models.iter().map(|model| &model.table);
    star.tables.iter().copied().chain(further).collect()
}

fn grown<'a>(star: &Star<'a>, facts: &'a [Fact], tables: &'a [&'a Table]) -> Star<'a> {
    Star {
        schema: star.schema,
        dimensions: star.dimensions,
        facts,
        tables,
    }
}
