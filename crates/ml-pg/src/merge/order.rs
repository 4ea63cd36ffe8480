use ml_core::{Merge, Wins};

use super::columns::Columns;
use crate::table::quoted;

/// How the winner among the records of one thing is found.
pub(super) enum Order {
    /// The smallest (load, record).
    First,
    /// The newest (load, record).
    Newest,
    /// The highest version, then the greatest content, then the smallest (load, record).
    Version(String),
}

impl Order {
    pub(super) fn of(columns: &Columns<'_>, merge: &Merge) -> Self {
        match &merge.wins {
            Wins::Highest(version) => Order::Version(quoted(version)),
            // where the grain is the whole row there is nothing to win but the lineage
            Wins::Newest if columns.payload().is_empty() => Order::First,
            Wins::Newest => Order::Newest,
            Wins::First => Order::First,
        }
    }

    /// Sorts the winner first.
    pub(super) fn sort(&self, columns: &Columns<'_>) -> String {
        match self {
            Order::First => String::from("\"_load_id\", \"_record_no\""),
            Order::Newest => String::from("\"_load_id\" DESC, \"_record_no\" DESC"),
            Order::Version(version) => {
                let content = columns.content("increment");
                format!("{version} DESC NULLS LAST, {content} DESC, \"_load_id\", \"_record_no\"")
            }
        }
    }

    /// Whether the record that comes in (`excluded`) beats the row that is there (`held`). One that no record stands
    /// behind is beaten by any.
    pub(super) fn beats(&self, columns: &Columns<'_>) -> String {
        let lineage = |than: &str| {
            format!(
                "(excluded.\"_load_id\", excluded.\"_record_no\") {than} (held.\"_load_id\", held.\"_record_no\")"
            )
        };
        let beats = match self {
            Order::First => lineage("<"),
            Order::Newest => lineage(">"),
            Order::Version(version) => {
                let (new, old) = (columns.content("excluded"), columns.content("held"));
                let smaller = lineage("<");
                format!(
                    "CASE \
                     WHEN excluded.{version} IS DISTINCT FROM held.{version} \
                     THEN coalesce(excluded.{version} > held.{version}, excluded.{version} IS NOT NULL) \
                     WHEN {new} <> {old} THEN {new} > {old} \
                     ELSE {smaller} END"
                )
            }
        };
        format!("held.\"_load_id\" = 0 OR {beats}")
    }

    /// Why a record (`increment`) lost against the one that stands there (`held`).
    pub(super) fn reason(&self, columns: &Columns<'_>) -> String {
        let payload = columns.payload();
        if payload.is_empty() {
            return String::from("'duplicate'");
        }
        let (new, old) = (
            Columns::row(&payload, "increment"),
            Columns::row(&payload, "held"),
        );
        let other = match self {
            Order::First => String::from("ELSE 'later'"),
            Order::Newest => String::from("ELSE 'older'"),
            Order::Version(version) => format!(
                "WHEN increment.{version} IS NOT DISTINCT FROM held.{version} THEN 'tie' ELSE 'older'"
            ),
        };
        format!("CASE WHEN {new} IS NOT DISTINCT FROM {old} THEN 'duplicate' {other} END")
    }
}
