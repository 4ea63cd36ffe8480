//! Partitions of a fact: one for each month that has rows.

use ml_core::{Error, Ident, Result, Statement};

use crate::column::ROW_ID;
use crate::quote::{block, literal, quoted};
use crate::reference::Lookup;
use crate::table::Table;

/// A corrected row stays on its page, so that indexes need no new entry and BRIN none for its day: the last page of a
/// table holds no longer the days of everything that was corrected.
const FILLED: u8 = 90;

/// A table that is partitioned by the month of one of its keys into days: yyyymmdd, and -1 for the unknown day.
#[derive(Debug, Clone)]
pub(crate) struct Months {
    day: String,
}

impl Months {
    /// Those of the fact of this name, `day` being one of its `lookups`.
    pub(crate) fn of(fact: &str, day: &str, lookups: &[Lookup<'_>]) -> Result<Self> {
        Ident::new(format!("{fact}_unknown"))?;
        let is_it = |lookup: &Lookup<'_>| lookup.dimension.is_calendar() && lookup.column == day;
        match lookups.iter().any(is_it) {
            true => Ok(Months {
                day: day.to_owned(),
            }),
            false => Err(Error::contract(format!(
                "{fact} has partitions by {day:?}, which is no key of it into days"
            ))),
        }
    }

    /// The columns of its primary key. Rows are found by their identity, so that it comes first.
    pub(crate) fn key(&self) -> [&str; 2] {
        [ROW_ID, &self.day]
    }

    /// What stands behind the columns.
    pub(crate) fn clause(&self) -> String {
        format!(" PARTITION BY RANGE ({})", quoted(&self.day))
    }

    /// Rows of a table without partitions could be moved into some only while its readers wait.
    fn check(table: &Table) -> Statement {
        let name = literal(&table.quoted());
        let sql = block(&format!(
            "BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = {name}::regclass) <> 'p' THEN
        RAISE EXCEPTION '% is there and has no partitions, the model has one a month: drop it by hand', {name};
    END IF;
END"
        ));
        table.statement("partitions", sql)
    }

    /// Makes the partitions that rows to be written need and that are not there. There is no default one, and a month
    /// without rows has none, so that a day far off brings one and not thousands.
    ///
    /// `PARTITION OF` would lock the table against its readers. An empty table that is attached locks it, and the
    /// dimensions it refers to, against other changes of their definition and their rows only.
    pub(crate) fn make(&self, table: &Table) -> Statement {
        let sql = block(&format!(
            "DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT
            quote_ident({schema}) || '.' || quote_ident(named.partition) AS partition,
            CASE named.month WHEN 0 THEN 'MINVALUE' ELSE (named.month * 100)::text END AS first,
            CASE named.month WHEN 0 THEN 0 ELSE named.month * 100 + 100 END AS last
        FROM (
            SELECT found.month, {name} || CASE found.month WHEN 0 THEN 'unknown' ELSE lpad(found.month::text, 6, '0') END AS partition
            FROM (SELECT DISTINCT diff.{day} / 100 AS month FROM {diff} AS diff WHERE diff.\"_change\" <> 'delete') AS found
        ) AS named
        WHERE NOT EXISTS (
            SELECT FROM pg_inherits AS held
            JOIN pg_class AS class ON class.oid = held.inhrelid
            WHERE held.inhparent = {table}::regclass AND class.relname = named.partition
        )
        ORDER BY named.month
    LOOP
        EXECUTE format('CREATE TABLE %s (LIKE %s) WITH (fillfactor = {FILLED})', wanted.partition, {table});
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)', {table}, wanted.partition, wanted.first, wanted.last);
    END LOOP;
END",
            schema = literal(table.schema.as_str()),
            name = literal(&format!("{}_", table.name)),
            day = quoted(&self.day),
            diff = table.temporary(),
            table = literal(&table.quoted()),
        ));
        table.statement("months", sql)
    }
}

/// A condition for rows of a table with partitions, beside others: that they are between the first and the last of some
/// identities. Where only identities are known the planner reads every partition to find a few rows [3 million of them in
/// 80 partitions: 30,000 new ones 1,060 ms without, 10 ms with it; the newest 670 and 32 ms; any 830 and 1,030 ms].
pub(crate) fn between(table: &Table, alias: &str, identities: &str) -> String {
    let bound = |of: &str| format!("(SELECT {of}(bound.\"_row_id\") FROM {identities} AS bound)");
    let (first, last) = (bound("min"), bound("max"));
    let condition = format!(" AND {alias}.\"_row_id\" BETWEEN {first} AND {last}");
    table.months.as_ref().map(|_| condition).unwrap_or_default()
}

/// How the rows of a fact lie on disk; partitions are filled as they are made.
pub(crate) fn storage(table: &Table) -> Statement {
    match table.months {
        Some(_) => Months::check(table),
        None => {
            let room = format!("ALTER TABLE {} SET (fillfactor = {FILLED})", table.quoted());
            table.statement("room for corrections", room)
        }
    }
}
