//! The SQL by which what is staged takes the place of what loads had brought in.

use ml_core::Result;

use super::columns::Columns;
use super::order::Order;
use super::template::render;
use super::{INCREMENT, Places, Way};
use crate::Table;

/// Puts what is staged in the place of what loads had brought in that are gone. Every statement takes the load that does
/// as `$1` and the loads that are gone as `$2`.
pub(crate) struct Again {
    pub(crate) before: Vec<String>,
    /// Brings in what is to stand; counts the rows that are written.
    pub(crate) bring: String,
    pub(crate) after: Vec<String>,
}

impl Again {
    pub(super) fn of(table: &Table, way: &Way) -> Result<Self> {
        let (into, names) = (table.dataset().quoted(), table.names());
        let (list, identical) = (names.join(", "), identical(&names));
        let versions = table.versions()?;
        let versions = versions.map_or_else(String::new, |versions| versions.dataset().quoted());
        let places = [
            ("into", into.as_str()),
            ("names", &list),
            ("increment", INCREMENT),
            ("identical", &identical),
            ("versions", &versions),
        ];
        let with = |template: &str| render(template, &places);
        let leave = || with(include_str!("../../sql/again/leave.sql"));
        Ok(match way {
            Way::Append { .. } => Again {
                before: vec![leave()],
                bring: with(include_str!("../../sql/again/append.sql")),
                after: Vec::new(),
            },
            // what is beaten by what comes in its place is written once
            Way::Merge { .. } => Again {
                before: Vec::new(),
                bring: replace(table, &identical),
                after: vec![leave()],
            },
            Way::History { recompute, .. } => Again {
                // what has another content today stands under the same key until it is gone
                before: vec![
                    with(include_str!("../../sql/again/forget.sql")),
                    with(include_str!("../../sql/again/keep.sql")),
                    with(include_str!("../../sql/again/stand.sql")),
                ],
                bring: recompute.clone(),
                after: Vec::new(),
            },
        })
    }
}

fn replace(table: &Table, identical: &str) -> String {
    let merge = table.keeping.merge();
    let Some(columns) = merge.map(|merge| Columns { table, merge }) else {
        return String::new();
    };
    let order = Order::of(&columns, columns.merge);
    let places = Places::of(&columns, &order);
    let differing = include_str!("../../sql/again/differing.sql");
    let differing = places.render(differing, &[("identical", identical)]);
    let beats = format!("held.\"_load_id\" = ANY($2) OR {}", order.beats(&columns));
    columns.upsert(&places, &order, (&differing, &beats))
}

/// Whether a staged row is to the bit the one that stands there: `=` calls 1.0 and 1.00 the same.
fn identical(names: &[String]) -> String {
    let (held, increment) = (
        Columns::row(names, "held"),
        Columns::row(names, "increment"),
    );
    format!(
        "held.\"_load_id\" = increment.\"_load_id\" AND held.\"_record_no\" = increment.\"_record_no\" \
         AND {held}::record *= {increment}::record"
    )
}
