//! The SQL of a merge: what wins, what changes, what lost and why.

use ml_core::{Audit, Dimension, Merge, Result, Type};

use crate::Table;
use crate::keeping::Keeping;
use crate::table::quoted;

mod again;
mod columns;
mod order;
mod template;

pub(crate) use again::Again;
use columns::Columns;
use order::Order;
pub(crate) use template::render;

/// The rows of an increment on their way into the table.
pub(crate) const INCREMENT: &str = "pg_temp.\"ml_increment\"";

/// The statements by which an increment goes into a table.
pub(crate) struct MergeSql {
    /// Makes the temporary table.
    pub(crate) stage: String,
    /// Looks at what is staged before it is merged.
    pub(crate) look: String,
    pub(crate) way: Way,
    pub(crate) again: Again,
    /// Finds the records that the unique index could not hold; `None` where there is no text in the grain.
    pub(crate) oversized: Option<Audit>,
}

/// How what is staged gets into the table, and out again where that is not as [`Again`] has it.
pub(crate) enum Way {
    /// Every record is a row.
    Append {
        /// Takes them in; `$1` is the load.
        append: String,
    },
    /// One record wins.
    Merge {
        /// Takes the winners in; `$1` is the load; counts how many records won.
        take: String,
        /// Stages what went straight into the table, where more is staged of the same thing.
        recall: String,
        /// Puts the winners among all that a pipeline has taken in in their places, whatever stands there; `$1` is the load.
        retake: String,
        /// Takes out what the loads `$1` brought in; `$2` is the load that does.
        retract: String,
        /// Records and counts the losers; `$1` is the load.
        losers: String,
    },
    /// Histories are made anew of all versions.
    History {
        /// Keeps the versions.
        keep: String,
        /// Makes the histories of what is staged anew; `$1` is the load; counts the spans that were written.
        recompute: String,
        /// As above.
        losers: String,
    },
}

impl Way {
    /// Records and counts the losers, where there are any; `$1` is the load.
    pub(crate) fn losers(&self) -> Option<&str> {
        match self {
            Way::Append { .. } => None,
            Way::Merge { losers, .. } | Way::History { losers, .. } => Some(losers),
        }
    }
}

impl MergeSql {
    pub(crate) fn of(table: &Table) -> Result<Self> {
        let (names, into) = (table.names().join(", "), table.dataset().quoted());
        let places = [
            ("names", names.as_str()),
            ("into", into.as_str()),
            ("increment", INCREMENT),
        ];
        let keeping = table.silver()?;
        let way = match keeping.merge().map(|merge| Columns { table, merge }) {
            None => Way::Append {
                append: render(include_str!("../sql/merge/append.sql"), &places),
            },
            Some(columns) => columns.way(keeping)?,
        };
        Ok(MergeSql {
            look: look(keeping),
            stage: render(include_str!("../sql/merge/stage.sql"), &places),
            again: Again::of(table, &way)?,
            way,
            oversized: keeping.merge().and_then(|merge| oversized(table, merge)),
        })
    }
}

/// The planner asks for the grain alone, and all columns of 10,000 rows take 16 ms instead of 3. Rows of the table are
/// found through its index, which is in memory if anything is: of 10,000 among a million in 13 ms instead of 95.
fn look(keeping: &Keeping) -> String {
    let grain = keeping.merge().map_or(&[][..], |merge| &merge.grain);
    let grain: Vec<String> = grain.iter().map(|name| quoted(name)).collect();
    let cost = "SET LOCAL random_page_cost = 1.1";
    match grain.is_empty() {
        true => String::from(cost),
        false => format!("{cost}; ANALYZE {INCREMENT} ({})", grain.join(", ")),
    }
}

/// What stands in the same places of all statements of a table.
struct Places([(&'static str, String); 9]);

impl Places {
    fn of(columns: &Columns<'_>, order: &Order) -> Self {
        let names = columns.table.names();
        Places([
            ("names", names.join(", ")),
            ("into", columns.table.dataset().quoted()),
            ("increment", INCREMENT.to_owned()),
            ("grain", columns.grain().join(", ")),
            ("set", set(&names)),
            ("gone", columns.gone()),
            ("new", Columns::list(&names, "excluded")),
            ("old", Columns::list(&names, "held")),
            ("reason", order.reason(columns)),
        ])
    }

    fn render(&self, template: &str, more: &[(&str, &str)]) -> String {
        let own = self.0.iter().map(|(place, name)| (*place, name.as_str()));
        let all: Vec<(&str, &str)> = own.chain(more.iter().copied()).collect();
        render(template, &all)
    }
}

impl Columns<'_> {
    fn way(&self, keeping: &Keeping) -> Result<Way> {
        let order = Order::of(self, self.merge);
        let places = Places::of(self, &order);
        if let Keeping::History(_) = keeping {
            return self.history(&places);
        }
        let into = self.table.dataset().quoted();
        let same = self.same("increment", "held");
        Ok(Way::Merge {
            take: self.upsert(&places, &order, ("winner", &order.beats(self))),
            recall: places.render(include_str!("../sql/merge/recall.sql"), &[("same", &same)]),
            retake: self.upsert(&places, &order, ("winner", "true")),
            retract: places.render(include_str!("../sql/merge/retract.sql"), &[]),
            losers: places.render(
                include_str!("../sql/merge/losers.sql"),
                &[("winners", &into), ("same", &same)],
            ),
        })
    }

    /// Puts winners over what stands there, where that is beaten.
    fn upsert(&self, places: &Places, order: &Order, (winners, beats): (&str, &str)) -> String {
        let sort = order.sort(self);
        let more = [("order", &*sort), ("winners", winners), ("beats", beats)];
        places.render(include_str!("../sql/merge/upsert.sql"), &more)
    }

    fn history(&self, places: &Places) -> Result<Way> {
        let versions = self.table.versions()?;
        let versions = versions.map_or_else(String::new, |versions| versions.dataset().quoted());
        let versions = ("versions", versions.as_str());
        let version = quoted(self.merge.versions().unwrap_or_default());
        let latest = self.latest(places, versions, &version);
        let tracked = match self.tracked() {
            // there is nothing that could change
            none if none.is_empty() => String::from("ROW(0)"),
            tracked => format!("ROW({})", tracked.join(", ")),
        };
        let same_held = self.same("increment", "held");
        let same_instant = format!("{same_held} AND increment.{version} = held.{version}");
        Ok(Way::History {
            keep: places.render(include_str!("../sql/merge/versions.sql"), &[versions]),
            recompute: places.render(
                include_str!("../sql/merge/history.sql"),
                &[
                    ("latest", &latest),
                    ("version", &version),
                    ("payload", &tracked),
                    ("same_held", &same_held),
                    ("same_fresh", &self.same("fresh", "held")),
                    ("fresh", &Columns::list(&self.table.names(), "fresh")),
                ],
            ),
            losers: places.render(
                include_str!("../sql/merge/losers.sql"),
                &[
                    ("winners", &format!("(\n{latest}\n)")),
                    ("same", &same_instant),
                ],
            ),
        })
    }

    /// The version that wins at each instant of what is staged.
    fn latest(&self, places: &Places, versions: (&str, &str), version: &str) -> String {
        let content = self.content("kept");
        places.render(
            include_str!("../sql/merge/latest.sql"),
            &[
                versions,
                ("version", version),
                ("kept_grain", &Columns::list(&self.grain(), "kept")),
                ("same", &self.same("kept", "increment")),
                (
                    "order",
                    &format!("{content} DESC, kept.\"_load_id\", kept.\"_record_no\""),
                ),
            ],
        )
    }
}

fn set(names: &[String]) -> String {
    let set = names.iter().map(|name| format!("{name} = excluded.{name}"));
    set.collect::<Vec<_>>().join(",\n    ")
}

/// A row of a btree has at most 2,704 bytes; the rest of 100 is for what is not text.
pub(crate) const MOST_TEXT: usize = 2_600;

fn oversized(table: &Table, merge: &Merge) -> Option<Audit> {
    let columns = table.contract.columns.iter();
    let texts = columns.filter(|column| {
        column.ty == Type::Text && merge.grain.iter().any(|name| *name == column.name)
    });
    let sizes: Vec<String> = texts
        .map(|column| format!("coalesce(octet_length({}), 0)", quoted(&column.name)))
        .collect();
    let sql = format!(
        "SELECT 1 FROM {{rows}} AS increment WHERE {} > {MOST_TEXT}",
        sizes.join(" + ")
    );
    let expected = format!("a grain with text of at most {MOST_TEXT} bytes");
    let audit = Audit::new("grain.size", sql).dimension(Dimension::Validity);
    (!sizes.is_empty()).then(|| audit.expecting(expected).reading(merge.grain.clone()))
}
