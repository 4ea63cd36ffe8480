//! Rules from files.

mod argument;
mod audits;
mod entry;
mod label;
mod named;
mod node;
mod reference;
mod toml;
mod yaml;

use std::collections::HashSet;
use std::ops::Range;

use ml_core::{Action, Audit, Contract, Error, Result, Row};

pub use self::reference::reference;

use self::entry::{AuditEntry, Entry, Says, Sql, entries};
use self::label::Label;
use self::named::Takes;
use self::node::Node;
use crate::snippet::{Flaw, Source};
use crate::{Judge, Rule, RuleSet, when};

/// Rules as a file has them, in TOML or YAML; a contract known at run time makes a [`Judge`] of them.
///
/// Each has an `action` (`warn`, `quarantine`, which it is unless said, or `abort`) and one of
///
/// * `when`, a [`condition`](crate::condition) in SQL, with an `id`;
/// * `check` and a `column`: a rule that takes nothing else, such as `not_null` or `email`;
/// * the name of a rule that takes something, such as `one_of` or `range`, and a `column`.
///
/// Rules about the rows of a load together stand under `audit`, each with the name of one, such as `unique`; a
/// [`Flow`](ml_core::Flow) takes [`audits`](RuleFile::audits), which abort unless they say otherwise.
///
/// `RULES.md` of this crate lists them all. Those about a column are the rules of [`ColumnRules`](crate::ColumnRules) and its like,
/// under the same names unless there is an `id`, and with constants of the column's type. `where`, a condition in
/// SQL, says which records a rule is about; `expected` says in words what it expects, `dimension` what it is about, and
/// `tolerance`, with a `share`, a number of `records` or both, how often it may be violated. Numbers are exact, with
/// quotes or without.
///
/// ```
/// use std::sync::Arc;
/// use ml_core::{ColumnDef, Contract, Dataset, Report, Row, Type};
/// use ml_quality::RuleFile;
/// use rust_decimal::dec;
///
/// let file = RuleFile::toml(r#"
///     [[rule]]
///     id = "amount.in_order"
///     when = "amount between 0.01 and 100000"
///
///     [[rule]]
///     column = "email"
///     check = "email"
///     action = "warn"
/// "#)?;
///
/// let contract = Contract {
///     dataset: Dataset::of("bronze", "orders"),
///     columns: vec![ColumnDef::of("amount", Type::Numeric), ColumnDef::of("email", Type::Text)],
///     grain: Vec::new(),
/// };
/// let judge = file.build_for(&contract)?;
/// let mut row = Row::new(Arc::new(contract));
/// row.set(0, dec!(0.001).into())?;
/// let mut report = Report::default();
/// judge.judge(&row, &[], &mut report);
/// assert!(report.is_held());
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RuleFile {
    source: Source,
    rules: Vec<Entry>,
    audits: Vec<AuditEntry>,
}

impl RuleFile {
    /// The rules of a text in TOML, each under `[[rule]]`.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when it is no TOML, has an unknown key, check or action or a condition
    /// that is refused; the message says in which line and column.
    pub fn toml(text: &str) -> Result<Self> {
        RuleFile::read(Source::new("the rules", text), toml::read)
    }

    /// The rules of a text in YAML, a list under `rule`.
    ///
    /// # Errors
    /// As [`RuleFile::toml`].
    ///
    /// ```
    /// let file = ml_quality::RuleFile::yaml("
    /// rule:
    ///   - id: amount.in_order
    ///     when: amount between 0.01 and 100000
    ///   - {column: email, check: email, action: warn}
    /// ")?;
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn yaml(text: &str) -> Result<Self> {
        RuleFile::read(Source::new("the rules", text), yaml::read)
    }

    /// The rules of a file with this text; its name says whether it is TOML or YAML, and errors start with it.
    ///
    /// # Errors
    /// As [`RuleFile::toml`], and when the name ends neither in `.toml` nor in `.yaml` or `.yml`.
    ///
    /// ```
    /// use ml_quality::RuleFile;
    ///
    /// let error = RuleFile::named("orders.yaml", "rule: [{column: a, chekc: email}]").unwrap_err();
    /// assert!(error.to_string().starts_with("orders.yaml, line 1 column 20: unknown key \"chekc\""));
    /// ```
    pub fn named(name: &str, text: &str) -> Result<Self> {
        let source = Source::new(name, text);
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("toml") => RuleFile::read(source, toml::read),
            Some("yaml" | "yml") => RuleFile::read(source, yaml::read),
            _ => Err(Error::contract(format!(
                "{name}: rules are kept in .toml, .yaml or .yml"
            ))),
        }
    }

    fn read(source: Source, parse: fn(&str) -> node::Result<Node>) -> Result<Self> {
        let read = parse(source.text()).and_then(|root| entries(root, &source));
        match read {
            Ok((rules, audits)) => Ok(RuleFile {
                source,
                rules,
                audits,
            }),
            Err(flaw) => Err(source.refused(flaw)),
        }
    }

    /// The rules as values, in the order of the file; a [`RuleSet`] takes them.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when a rule names an unknown column or a constant of another type,
    /// compares what cannot be compared, or has the id of another one; the message says in which line and column.
    pub fn rules(&self, contract: &Contract) -> Result<Vec<(Action, Rule)>> {
        let mut seen = HashSet::new();
        let mut rules = Vec::with_capacity(self.rules.len());
        for entry in &self.rules {
            let rule = entry.rule(contract).and_then(|rule| {
                once(&entry.label, &rule.id, &mut seen)?;
                Ok(rule)
            });
            let action = entry.label.action.unwrap_or(Action::Quarantine);
            rules.push((action, rule.map_err(|flaw| self.source.refused(flaw))?));
        }
        Ok(rules)
    }

    /// The audits as values, in the order of the file; a [`Flow`](ml_core::Flow) takes them.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when one does not fit the contract, has the id of another one, or is to
    /// hold back rows that it does not name; the message says in which line and column.
    ///
    /// ```
    /// use ml_core::{Action, ColumnDef, Contract, Dataset, Type};
    /// use ml_quality::RuleFile;
    ///
    /// let file = RuleFile::toml(r#"
    ///     [[audit]]
    ///     unique = ["invoice_no", "line"]
    ///     action = "quarantine"
    ///     tolerance = { share = 0.01 }
    /// "#)?;
    /// let contract = Contract {
    ///     dataset: Dataset::of("bronze", "orders"),
    ///     columns: vec![ColumnDef::of("invoice_no", Type::Text), ColumnDef::of("line", Type::Int4)],
    ///     grain: Vec::new(),
    /// };
    /// let audits = file.audits(&contract)?;
    /// assert_eq!(audits[0].id, "invoice_no_line.unique");
    /// assert_eq!(audits[0].action, Action::Quarantine);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn audits(&self, contract: &Contract) -> Result<Vec<Audit>> {
        let mut seen = HashSet::new();
        let audit = |entry: &AuditEntry| {
            let audit = entry.audit(contract)?;
            once(&entry.label, &audit.id, &mut seen)?;
            Ok(audit)
        };
        let audits: node::Result<_> = self.audits.iter().map(audit).collect();
        audits.map_err(|flaw| self.source.refused(flaw))
    }

    /// Binds the rules to the columns of a contract known at run time.
    ///
    /// # Errors
    /// As [`RuleFile::rules`], and when a critical column is read by no rule.
    pub fn build_for(&self, contract: &Contract) -> Result<Judge<Row>> {
        let rules = RuleSet::from(self.rules(contract)?);
        let refused = |error| Error::contract(format!("{}: {error}", self.source.name()));
        rules.build_for(contract).map_err(refused)
    }
}

/// Refuses the second of a name.
fn once(label: &Label, id: &str, seen: &mut HashSet<String>) -> node::Result<()> {
    if id.is_empty() {
        return Err(Flaw::new(label.name_at(), "an id has letters"));
    }
    if !seen.insert(id.to_owned()) {
        let what = format!("the id {id:?} is used twice");
        return Err(Flaw::new(label.name_at(), what));
    }
    Ok(())
}

impl AuditEntry {
    /// What the file does not say stays as the catalogue has it.
    fn audit(&self, contract: &Contract) -> node::Result<Audit> {
        let mut audit = (self.named.make)(contract, &self.node)?;
        let label = self.label.clone();
        if let Some((_, id)) = label.id {
            audit.id = id;
        }
        audit.expected = label.expected.unwrap_or(audit.expected);
        audit.dimension = label.dimension.unwrap_or(audit.dimension);
        audit.action = label.action.unwrap_or(audit.action);
        audit.tolerance = label.tolerance.or(audit.tolerance);
        match audit.holds() {
            Ok(_) => Ok(audit),
            Err(error) => Err(Flaw::new(label.at, error.to_string())),
        }
    }
}

impl Entry {
    fn rule(&self, contract: &Contract) -> node::Result<Rule> {
        let (mut rule, at) = self.said(contract)?;
        if let Some(about) = &self.about {
            rule = when(about.rule(contract)?).then(rule);
        }
        let label = self.label.clone();
        if let Some((_, id)) = label.id {
            rule.id = id;
        }
        rule.expected = label.expected.unwrap_or(rule.expected);
        rule.dimension = label.dimension.unwrap_or(rule.dimension);
        rule.tolerance = label.tolerance.or(rule.tolerance);
        match rule.expr.bind(contract) {
            Ok(_) => Ok(rule),
            Err(what) => Err(Flaw::new(at, what)),
        }
    }

    /// What it says, and where.
    fn said(&self, contract: &Contract) -> node::Result<(Rule, Range<usize>)> {
        match &self.says {
            Says::When(sql) => Ok((sql.rule(contract)?, sql.at.clone())),
            Says::Named(named, column, node) => {
                let of = column.as_ref().map(|(at, name)| known(name, at, contract));
                let rule = match (&named.takes, of.transpose()?) {
                    (Takes::Column(make), Some(of)) => make(of),
                    (Takes::Value(_, make), Some(of)) => make(of, node)?,
                    (Takes::Columns(_, make), _) => make(contract, node)?,
                    (_, None) => return node.refused(format!("{} needs a column", named.name)),
                };
                let at = column.as_ref().map_or(&node.at, |(at, _)| at);
                Ok((rule, at.clone()))
            }
        }
    }
}

impl Sql {
    fn rule(&self, contract: &Contract) -> node::Result<Rule> {
        let columns = &self.condition.columns;
        columns
            .iter()
            .try_for_each(|(name, at)| known(name, at, contract).map(drop))?;
        Ok(Rule::new("", self.condition.expr.clone(), &self.words))
    }
}

fn known<'a>(
    name: &str,
    at: &Range<usize>,
    contract: &'a Contract,
) -> node::Result<&'a ml_core::ColumnDef> {
    let unknown = || {
        let what = format!("{} has no column {name:?}", contract.dataset);
        Flaw::new(at.clone(), what)
    };
    let ordinal = contract.ordinal(name).ok_or_else(unknown)?;
    Ok(&contract.columns[ordinal])
}
