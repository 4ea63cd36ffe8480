//! The audits that a file can name, and what each takes.

use std::ops::Bound;

use chrono::Duration;
use ml_core::{Audit, Contract, Dataset};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::node::{Node, Result, Table};
use crate::audits;
use crate::snippet::Flaw;

/// An audit that a file can name: `<name> = …` under `[[audit]]`.
#[derive(Debug)]
pub(super) struct NamedAudit {
    pub(super) name: &'static str,
    /// When a load passes, in a sentence.
    pub(super) means: &'static str,
    pub(super) takes: &'static str,
    pub(super) make: fn(&Contract, &Node) -> Result<Audit>,
    /// What stands under `[[audit]]`.
    pub(super) example: &'static str,
}

macro_rules! named {
    ($($name:literal, $make:expr, $takes:literal, $means:literal, $example:literal;)*) => {
        /// In the order of the reference.
        pub(super) static ALL: &[NamedAudit] = &[$(NamedAudit {
            name: $name,
            means: $means,
            takes: $takes,
            make: $make,
            example: $example,
        }),*];
    };
}

named! {
    "unique", |on, node| made(node, audits::unique(node.columns("unique", on)?)), "a list of columns", "No two rows of the load have the same values in the columns; NULL is the same as NULL. The row with the smallest load and record stays.", "unique = [\"id\", \"sku\"]\naction = \"quarantine\"";
    "references", references, "`of`, columns, `dataset`, and `columns` of it", "The columns are those of a row of another dataset; a row with NULL in one refers to nothing and passes.", "references = { of = [\"sku\"], dataset = \"silver.products\", columns = [\"sku\"] }\naction = \"quarantine\"";
    "determines", determines, "`of` and `others`, columns", "Rows with the same values in `of` have the same in `others`; rows with NULL in `of` are not judged.", "determines = { of = [\"vat_id\"], others = [\"name\", \"country\"] }";
    "interval_overlap", overlap, "`key`, columns, `from` and `to`", "Of the rows with the same key no two hold at the same time, each from `from` until just before `to`.", "interval_overlap = { key = [\"sku\"], from = \"ordered_on\", to = \"shipped_on\" }";
    "condition", condition, "a condition in SQL; an `id` as well", "The condition, which only the server judges, is not false for any row; columns go by their names or as `r.name`.", "id = \"name.capital\"\ncondition = \"initcap(r.name) = r.name\"";

    "row_count", row_count, "`min`, `max` or both", "The load has so many rows.", "row_count = { min = 1, max = 1_000_000 }";
    "row_count_like_last", like_last, "`loads` and `tolerance`, a share", "The load has about as many rows as the last loads of the dataset accepted on average; the first one passes.", "row_count_like_last = { loads = 7, tolerance = 0.5 }";
    "null_share", null_share, "`of`, a column, and `at_most`, a share", "At most this share of the rows has NULL in the column; no rows pass.", "null_share = { of = \"email\", at_most = 0.05 }";
    "distinct_count", distinct_count, "`of`, a column, and `min`, `max` or both", "The column has so many different values; NULL is none.", "distinct_count = { of = \"country\", min = 2 }";
    "mean", |on, node| figure(on, node, "mean", audits::mean), "`of`, a column, and `min`, `max` or both", "The mean of the numbers is within the bounds; no numbers pass.", "mean = { of = \"price\", min = 0.5, max = 20 }";
    "sum", |on, node| figure(on, node, "sum", audits::sum), "`of`, a column, and `min`, `max` or both", "The sum of the numbers is within the bounds; the sum of none is 0.", "sum = { of = \"quantity\", min = 1 }";
    "standard_deviation", |on, node| figure(on, node, "standard_deviation", audits::standard_deviation), "`of`, a column, and `min`, `max` or both", "The standard deviation of the numbers, as a sample, is within the bounds; less than two pass.", "standard_deviation = { of = \"price\", max = 50 }";
    "quantile", quantile, "`of`, a column, `q`, and `min`, `max` or both", "The smallest number that at least the share `q` of them does not exceed is within the bounds; no numbers pass.", "quantile = { of = \"price\", q = 0.99, max = 1000 }";

    "freshness", freshness, "`of`, a column, and `hours`", "The newest value is not older than so many hours, by the clock of the server; no values pass.", "freshness = { of = \"paid_at\", hours = 36 }";
    "no_gaps", |on, node| made(node, audits::no_gaps(node.column("no_gaps", on)?.as_str())), "a column", "The whole numbers follow one another without a gap, in any order of the rows.", "no_gaps = \"quantity\"";
    "reconciles", reconciles, "`of`, a column, `dataset`, `column` of it, and perhaps `tolerance`", "The sum of the numbers is that of a column of all of another dataset, give or take the tolerance.", "reconciles = { of = \"price\", dataset = \"bronze.totals\", column = \"price\", tolerance = 0.01 }";
}

/// What is wrong with it stands at its place in the file.
fn made(node: &Node, audit: ml_core::Result<Audit>) -> Result<Audit> {
    audit.map_err(|error| Flaw::new(node.at.clone(), error.chain().replace('\n', ": ")))
}

/// The table of an audit whose keys are known.
fn keys(node: &Node, name: &str, known: &[&str]) -> Result<Table> {
    node.clone().table(name, known)
}

fn dataset(table: &mut Table, name: &str) -> Result<Dataset> {
    let node = table.needs(name, "dataset")?;
    let read = node.part("dataset")?.parse();
    read.map_err(|error: ml_core::Error| Flaw::new(node.at, error.to_string()))
}

fn references(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "references", &["of", "dataset", "columns"])?;
    let of = table.needs("references", "of")?.columns("of", on)?;
    let there = dataset(&mut table, "references")?;
    let columns = table.needs("references", "columns")?.names("columns")?;
    made(node, audits::references(of, &there, columns))
}

fn determines(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "determines", &["of", "others"])?;
    let of = table.needs("determines", "of")?.columns("of", on)?;
    let others = table.needs("determines", "others")?.columns("others", on)?;
    made(node, audits::determines(of, others))
}

fn overlap(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "interval_overlap", &["key", "from", "to"])?;
    let key = table.needs("interval_overlap", "key")?.columns("key", on)?;
    let from = table
        .needs("interval_overlap", "from")?
        .column("from", on)?;
    let to = table.needs("interval_overlap", "to")?.column("to", on)?;
    made(
        node,
        audits::interval_overlap(key, from.as_str(), to.as_str()),
    )
}

/// Its name is that of the entry.
fn condition(_: &Contract, node: &Node) -> Result<Audit> {
    made(
        node,
        audits::condition("condition", &node.part("condition")?),
    )
}

fn row_count(_: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "row_count", &["min", "max"])?;
    let [min, max] = counts(&mut table)?;
    Ok(audits::row_count((min, max)))
}

fn like_last(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "row_count_like_last", &["loads", "tolerance"])?;
    let loads = table
        .needs("row_count_like_last", "loads")?
        .count("loads")?;
    let tolerance = table
        .needs("row_count_like_last", "tolerance")?
        .float("tolerance")?;
    made(
        node,
        audits::row_count_like_last(&on.dataset, loads, tolerance),
    )
}

fn null_share(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "null_share", &["of", "at_most"])?;
    let of = table.needs("null_share", "of")?.column("of", on)?;
    let at_most = table.needs("null_share", "at_most")?.share("at_most")?;
    made(node, audits::null_share(of.as_str(), at_most))
}

fn distinct_count(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "distinct_count", &["of", "min", "max"])?;
    let of = table.needs("distinct_count", "of")?.column("of", on)?;
    let [min, max] = counts(&mut table)?;
    // A count in a file has 32 bits.
    let [min, max] = [min, max].map(|bound| bound.map(|count| count as i64));
    made(node, audits::distinct_count(of.as_str(), (min, max)))
}

type Bounds = (Bound<Decimal>, Bound<Decimal>);

fn figure(
    on: &Contract,
    node: &Node,
    name: &str,
    audit: fn(Vec<String>, Bounds) -> ml_core::Result<Audit>,
) -> Result<Audit> {
    let mut table = keys(node, name, &["of", "min", "max"])?;
    let of = table.needs(name, "of")?.column("of", on)?;
    made(node, audit(vec![of], bounds(&mut table)?))
}

fn quantile(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "quantile", &["of", "q", "min", "max"])?;
    let of = table.needs("quantile", "of")?.column("of", on)?;
    let q = table.needs("quantile", "q")?.share("q")?;
    made(node, audits::quantile(of.as_str(), q, bounds(&mut table)?))
}

fn freshness(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(node, "freshness", &["of", "hours"])?;
    let of = table.needs("freshness", "of")?.column("of", on)?;
    let hours = table.needs("freshness", "hours")?.count("hours")?;
    made(
        node,
        audits::freshness(of.as_str(), Duration::hours(hours.into())),
    )
}

fn reconciles(on: &Contract, node: &Node) -> Result<Audit> {
    let mut table = keys(
        node,
        "reconciles",
        &["of", "dataset", "column", "tolerance"],
    )?;
    let of = table.needs("reconciles", "of")?.column("of", on)?;
    let there = dataset(&mut table, "reconciles")?;
    let column = table.needs("reconciles", "column")?.part("column")?;
    let tolerance = table
        .take("tolerance")
        .map(|node| node.decimal("tolerance"));
    let tolerance = tolerance.transpose()?.unwrap_or_default();
    made(
        node,
        audits::reconciles(of.as_str(), &there, column.as_str(), tolerance),
    )
}

/// Both ends are of what is allowed.
fn bounds(table: &mut Table) -> Result<Bounds> {
    let mut bound = |key| {
        let read = table.take(key).map(|node| node.decimal(key)).transpose()?;
        Ok(read.map_or(Bound::Unbounded, Bound::Included))
    };
    Ok((bound("min")?, bound("max")?))
}

fn counts(table: &mut Table) -> Result<[Bound<u64>; 2]> {
    let mut bound = |key| {
        let read = table.take(key).map(|node| node.count(key)).transpose()?;
        Ok(read.map_or(Bound::Unbounded, |count| Bound::Included(count.into())))
    };
    Ok([bound("min")?, bound("max")?])
}

impl Node {
    /// The name of a column of the contract.
    fn column(&self, key: &str, on: &Contract) -> Result<String> {
        let name = self.part(key)?;
        match on.ordinal(&name) {
            Some(_) => Ok(name),
            None => self.refused(format!("{} has no column {name:?}", on.dataset)),
        }
    }

    /// Names of columns of the contract.
    fn columns(&self, key: &str, on: &Contract) -> Result<Vec<String>> {
        let list = self.clone().list(key)?;
        list.iter().map(|one| one.column(key, on)).collect()
    }

    /// Names of columns of another dataset.
    fn names(&self, key: &str) -> Result<Vec<String>> {
        let list = self.clone().list(key)?;
        list.iter().map(|one| one.part(key)).collect()
    }

    pub(super) fn float(&self, key: &str) -> Result<f64> {
        let number = self.decimal(key)?.to_f64();
        number.map_or_else(|| self.refused(format!("{key} is no number")), Ok)
    }

    /// From 0 to 1.
    pub(super) fn share(&self, key: &str) -> Result<f64> {
        match self.float(key)? {
            share if (0.0..=1.0).contains(&share) => Ok(share),
            share => self.refused(format!("{key} is {share}, expected a share from 0 to 1")),
        }
    }
}
