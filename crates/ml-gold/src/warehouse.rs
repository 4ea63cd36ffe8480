use std::collections::BTreeSet;

use ml_core::{Audit, Dataset, Error, Ident, Origin, Plan, Result, Statement};

use crate::delta::{self, Parts};
use crate::derived::{self, Derived};
use crate::inferred;
use crate::live::live;
use crate::model::Model;
use crate::origins::Origins;
use crate::reads;
use crate::star::Star;
use crate::table::Table;
use crate::{Aggregate, Dimension, Fact, View};

/// A star: dimensions, facts over them, aggregates over the facts, and views; [`render`](Warehouse::render) gives its
/// [`Plan`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warehouse {
    pub(crate) name: String,
    pub(crate) dimensions: Vec<Dimension>,
    facts: Vec<Fact>,
    aggregates: Vec<Aggregate>,
    pub(crate) derived: Derived,
    views: Vec<View>,
}

impl Warehouse {
    /// An empty warehouse in the schema of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Warehouse {
            name: name.into(),
            dimensions: Vec::new(),
            facts: Vec::new(),
            aggregates: Vec::new(),
            derived: Derived::default(),
            views: Vec::new(),
        }
    }

    /// One more dimension.
    pub fn dimension(mut self, dimension: Dimension) -> Self {
        self.dimensions.push(dimension);
        self
    }

    /// One more fact.
    pub fn fact(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    /// One more aggregate.
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.aggregates.push(aggregate);
        self
    }

    /// One more view; it may use those before it, and those that it [reads](View::reads).
    pub fn view(mut self, view: View) -> Self {
        self.views.push(view);
        self
    }

    /// How the warehouse is built and refreshed.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when two parts have one name, a part refers to another that is not
    /// there, a name cannot name anything, or a part is to be [renewed](crate::Renewal) incrementally that cannot be.
    pub fn render(self) -> Result<Plan> {
        let schema = Ident::new(self.name.as_str())?;
        self.check_names()?;
        self.check_conformed()?;
        let announced = inferred::announced(&self.dimensions, &self.facts)?;
        let (models, origins) = self.models(&schema, &announced)?;
        let parts = models.all().map(|model| &*model.table.name).collect();
        let views = reads::ordered(&self.name, &self.views, &parts)?;
        let views: Result<Vec<Statement>> = views.iter().map(|v| v.render(&schema)).collect();
        let sources = self.sources();
        let delta = delta::render(&Parts {
            all: &self.dimensions,
            dimensions: announced.iter().zip(&models.dimensions).collect(),
            facts: self.facts.iter().zip(&models.facts).collect(),
            derived: models.derived.iter().collect(),
            aggregates: self.aggregates.iter().zip(&models.aggregates).collect(),
        })?;
        Ok(Plan {
            delta,
            differences: models
                .all()
                .map(|model| model.table.differences())
                .collect(),
            read: read(&sources),
            sources,
            origins,
            install: models.install(&schema, views?),
            steps: models.steps(),
            checks: models.checks()?,
            warehouse: schema,
        })
    }

    /// Each after those that it is made of, and what that is.
    fn models(&self, schema: &Ident, announced: &[Dimension]) -> Result<(Models, Vec<Origin>)> {
        let dimensions: Result<Vec<Model>> = announced.iter().map(|d| d.model(schema)).collect();
        let dimensions = dimensions?;
        let mut tables: Vec<&Table> = dimensions.iter().map(|model| &model.table).collect();
        let facts: Result<Vec<Model>> = self
            .facts
            .iter()
            .map(|fact| fact.model(schema, &self.dimensions, &tables))
            .collect();
        let facts = facts?;
        tables.extend(facts.iter().map(|model| &model.table));
        let star = Star {
            schema,
            dimensions: &self.dimensions,
            facts: &self.facts,
            tables: &tables,
        };
        let (derived, visible) = self.derived.models(&star)?;
        let tables = derived::tables(&star, &derived);
        let aggregates: Result<Vec<Model>> = self
            .aggregates
            .iter()
            .map(|aggregate| aggregate.model(schema, &self.dimensions, &visible, &tables))
            .collect();
        let aggregates = aggregates?;
        let origins = Origins {
            dimensions: &self.dimensions,
            facts: &self.facts,
            visible: &visible,
            tables: &tables,
        };
        let over = self.aggregates.iter();
        let over = over.zip(aggregates.iter().map(|model| &model.table));
        let origins = origins.of(&self.derived, over)?;
        let models = Models {
            dimensions,
            facts,
            derived,
            aggregates,
        };
        Ok((models, origins))
    }

    fn check_names(&self) -> Result<()> {
        let dimensions = self.dimensions.iter().map(Dimension::name);
        let facts = self.facts.iter().map(Fact::name);
        let aggregates = self.aggregates.iter().map(Aggregate::name);
        let views = self.views.iter().map(View::name);
        let mut names = BTreeSet::new();
        let derived = self.derived.names();
        let tables = dimensions.chain(facts).chain(aggregates).chain(derived);
        for name in tables.chain(views) {
            if !names.insert(name) {
                return Err(Error::contract(format!(
                    "{} has two parts {name:?}",
                    self.name
                )));
            }
        }
        Ok(())
    }

    fn sources(&self) -> Vec<Dataset> {
        let dimensions = self.dimensions.iter().map(Dimension::source);
        let days = self.dimensions.iter().flat_map(|d| &d.further);
        let sources: BTreeSet<&Dataset> = dimensions
            .chain(days.map(|(source, _)| source))
            .chain(self.facts.iter().map(Fact::source))
            .chain(self.derived.sources())
            .collect();
        sources.into_iter().cloned().collect()
    }
}

fn read(sources: &[Dataset]) -> String {
    let counts = sources
        .iter()
        .map(|source| format!("(SELECT count(*) FROM {} AS source)", live(source)));
    let counts: Vec<String> = [String::from("0::bigint")]
        .into_iter()
        .chain(counts)
        .collect();
    format!("SELECT {}", counts.join(" + "))
}

/// The tables of a warehouse in the order they are refreshed.
struct Models {
    dimensions: Vec<Model>,
    facts: Vec<Model>,
    derived: Vec<Model>,
    aggregates: Vec<Model>,
}

impl Models {
    fn all(&self) -> impl Iterator<Item = &Model> {
        self.dimensions.iter().chain(self.over_dimensions())
    }

    fn over_dimensions(&self) -> impl Iterator<Item = &Model> {
        let facts = self.facts.iter().chain(&self.derived);
        facts.chain(&self.aggregates)
    }

    fn install(&self, schema: &Ident, views: Vec<Statement>) -> Vec<Statement> {
        let created = Statement::new("schema", format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
        let tables = self.all().flat_map(|model| {
            let further = model.install.iter().cloned();
            model.table.install().into_iter().chain(further)
        });
        [created].into_iter().chain(tables).chain(views).collect()
    }

    /// Facts need the new rows of their dimensions, and the old ones until the facts have left them.
    fn steps(&self) -> Vec<Statement> {
        let mut steps = Vec::new();
        for model in &self.dimensions {
            steps.extend(model.table.differ(&model.fresh));
            steps.extend(model.table.write());
        }
        for model in self.over_dimensions() {
            steps.extend(model.table.differ(&model.fresh));
            steps.push(model.table.delete());
            steps.extend(model.table.write());
        }
        steps.extend(self.dimensions.iter().map(|model| model.table.delete()));
        // Deferred ones are judged here: at the commit it would be too late to say which step they failed in, and a
        // table with pending ones cannot be altered.
        steps.push(Statement::new(
            "constraints",
            "SET CONSTRAINTS ALL IMMEDIATE",
        ));
        steps.extend(self.all().map(|model| model.table.guards(&model.guards)));
        steps
    }

    /// The store puts the load's rows for `{rows}`, which here could only be part of a name.
    fn checks(&self) -> Result<Vec<Audit>> {
        let checks: Vec<Audit> = self.all().flat_map(|model| model.checks.clone()).collect();
        match checks.iter().find(|check| check.sql.contains("{rows}")) {
            Some(check) => Err(Error::contract(format!("{} has {{rows}} in it", check.id))),
            None => Ok(checks),
        }
    }
}
