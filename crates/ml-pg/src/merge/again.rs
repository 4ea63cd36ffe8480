//! The SQL by which what is staged takes the place of what loads had brought in.

use ml_core::Result;

use super::columns::Columns;
use super::order::Order;
use super::template::render;
use super::{INCREMENT, Way, set};
use crate::Table;

/// The statements of a table, in their order; each takes the load as `$1` and the loads that are gone as `$2`.
pub(super) fn statements(table: &Table, way: &Way) -> Result<Vec<String>> {
    let (into, names) = (table.dataset().quoted(), table.names());
    let list = names.join(", ");
    let identical = identical(&names);
    let places = [
        ("into", into.as_str()),
        ("names", &list),
        ("increment", INCREMENT),
        ("identical", &identical),
    ];
    let leave = render(include_str!("../../sql/again/leave.sql"), &places);
    Ok(match way {
        Way::Append { .. } => {
            let append = render(include_str!("../../sql/again/append.sql"), &places);
            vec![leave, append]
        }
        Way::Merge { .. } => vec![replace(table, &places), leave],
        Way::History { recompute, .. } => {
            let versions = table.versions()?;
            let versions =
                versions.map_or_else(String::new, |versions| versions.dataset().quoted());
            let places = [&places[..], &[("versions", versions.as_str())]].concat();
            let with = |template: &str| render(template, &places);
            vec![
                // what has another content today stands under the same key until it is gone
                with(include_str!("../../sql/again/forget.sql")),
                with(include_str!("../../sql/again/keep.sql")),
                with(include_str!("../../sql/again/stand.sql")),
                recompute.clone(),
            ]
        }
    })
}

fn replace(table: &Table, places: &[(&str, &str)]) -> String {
    let merge = table.keeping.merge();
    let Some(columns) = merge.map(|merge| Columns { table, merge }) else {
        return String::new();
    };
    let (names, order) = (table.names(), Order::of(&columns, columns.merge));
    let more = [
        ("grain", columns.grain().join(", ")),
        ("order", order.sort(&columns)),
        ("set", set(&names)),
        ("gone", columns.gone()),
        ("new", Columns::list(&names, "excluded")),
        ("old", Columns::list(&names, "held")),
        ("beats", order.beats(&columns)),
    ];
    let more = more.iter().map(|(place, name)| (*place, name.as_str()));
    let places: Vec<(&str, &str)> = places.iter().copied().chain(more).collect();
    render(include_str!("../../sql/again/replace.sql"), &places)
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
