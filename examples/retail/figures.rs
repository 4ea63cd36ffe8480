//! What the star says of the business, for people.

use std::fmt::{self, Display};

use metalayer::core::{Error, Result};
use metalayer::pg::Database;

/// Titles, and the queries whose columns are all text.
const SECTIONS: [(&str, &str); 7] = [
    (
        "executive summary",
        include_str!("../../sql/retail/report/summary.sql"),
    ),
    ("months", include_str!("../../sql/retail/report/months.sql")),
    (
        "regions",
        include_str!("../../sql/retail/report/regions.sql"),
    ),
    (
        "segments of customers",
        include_str!("../../sql/retail/report/segments.sql"),
    ),
    (
        "cohorts, and how many buy again after so many months",
        include_str!("../../sql/retail/report/cohorts.sql"),
    ),
    (
        "products that bring in most",
        include_str!("../../sql/retail/report/products.sql"),
    ),
    (
        "customers who have been worth most",
        include_str!("../../sql/retail/report/customers.sql"),
    ),
];

/// The figures of a report, section by section.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub sections: Vec<Section>,
}

/// A small table.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    pub title: &'static str,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Figures {
    /// Asks the views of the star.
    pub async fn of(database: &Database) -> Result<Self> {
        let client = database.client().await?;
        let mut sections = Vec::new();
        for (title, query) in SECTIONS {
            let doing = || format!("cannot read the figures of {title}");
            let asked = client.prepare(query).await;
            let asked = asked.map_err(|error| Error::storage(doing()).because(error))?;
            let rows = client.query(&asked, &[]).await;
            let rows = rows.map_err(|error| Error::storage(doing()).because(error))?;
            let columns = asked.columns();
            sections.push(Section {
                title,
                header: columns.iter().map(|c| c.name().to_owned()).collect(),
                rows: rows
                    .iter()
                    .map(|row| (0..columns.len()).map(|n| row.get(n)).collect())
                    .collect(),
            });
        }
        Ok(Figures { sections })
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Section {
            title,
            header,
            rows,
        } = self;
        writeln!(f, "{title}")?;
        let lines = || [header].into_iter().chain(rows);
        let widths: Vec<usize> = (0..header.len())
            .map(|n| {
                let cells = lines().map(|line| line[n].chars().count());
                cells.max().unwrap_or_default()
            })
            .collect();
        for line in lines() {
            let cells = line.iter().zip(&widths);
            let cells: Vec<String> = cells
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            writeln!(f, "  {}", cells.join("  ").trim_end())?;
        }
        Ok(())
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sections
            .iter()
            .try_for_each(|section| writeln!(f, "{section}"))
    }
}
