//! The silver tables of the shop, and what can happen to them.

use metalayer::core::{ColumnDef, Type};
use metalayer::prelude::*;
use ml_chaos::Dice;

/// A silver table: its columns, those of its grain first.
struct Silver {
    name: &'static str,
    columns: &'static [(&'static str, Type)],
    grain: usize,
}

const SILVER: [Silver; 4] = [
    Silver {
        name: "sales",
        columns: &[
            ("sale_id", Type::Int8),
            ("customer", Type::Text),
            ("product", Type::Text),
            ("sold_at", Type::Timestamp),
            ("due_on", Type::Date),
            ("country", Type::Text),
            ("quantity", Type::Int8),
            ("price", Type::Numeric),
        ],
        grain: 1,
    },
    Silver {
        name: "regions",
        columns: &[("country", Type::Text), ("region", Type::Text)],
        grain: 1,
    },
    Silver {
        name: "tiers",
        columns: &[
            ("customer", Type::Text),
            ("since", Type::Timestamp),
            ("tier", Type::Text),
            ("owner", Type::Text),
        ],
        grain: 2,
    },
    Silver {
        name: "plans",
        columns: &[
            ("plan_id", Type::Int8),
            ("customer", Type::Text),
            ("since", Type::Timestamp),
            ("plan", Type::Text),
        ],
        grain: 1,
    },
];

impl Silver {
    fn table(&self) -> Table {
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(nth, (name, ty))| ColumnDef {
            nullable: nth >= self.grain,
            ..ColumnDef::of(name, *ty)
        });
        let grain = self.columns[..self.grain].iter();
        let contract = Contract {
            dataset: format!("silver.{}", self.name).parse().unwrap(),
            columns: columns.collect(),
            grain: grain.map(|(name, _)| String::from(*name)).collect(),
        };
        let merge = Merge::on_grain(&contract).unwrap();
        Table::merged(contract, merge)
    }

    /// One load, which changes what is not so already; a row beside its values says whether it is gone.
    fn load(&self, rows: &[(Vec<String>, bool)]) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        let load = format!(
            "INSERT INTO meta.load (dataset, source, rule_set, state) \
             VALUES ('silver.{}', 'test', decode(repeat('00', 32), 'hex'), 'applied') RETURNING load_id",
            self.name
        );
        if rows.is_empty() {
            return load;
        }
        let rows: Vec<String> = rows
            .iter()
            .map(|(values, gone)| format!("({}, {gone})", values.join(", ")))
            .collect();
        let grain: Vec<&str> = self.columns[..self.grain].iter().map(|c| c.0).collect();
        let typed = self
            .columns
            .iter()
            .map(|(name, ty)| format!("{name}::{ty}"));
        let set = self.columns[self.grain..].iter().map(|(name, _)| {
            format!(
                "{name} = CASE WHEN excluded._deleted THEN held.{name} ELSE excluded.{name} END"
            )
        });
        let of = |alias: &str| {
            let values = self.columns[self.grain..].iter();
            let values = values.map(|(name, _)| format!("{alias}.{name}"));
            values.collect::<Vec<_>>().join(", ")
        };
        format!(
            "WITH load AS ({load}) \
             INSERT INTO silver.{} AS held ({names}, _load_id, _record_no, _changed_load, _deleted) \
             SELECT DISTINCT ON ({grain}) {}, 1, 1, load_id, gone FROM (VALUES {}) AS row ({names}, gone) CROSS JOIN load \
             ON CONFLICT ({grain}) DO UPDATE SET {}, _deleted = excluded._deleted, \
             _changed_load = CASE WHEN excluded._deleted IS DISTINCT FROM held._deleted \
             OR (NOT excluded._deleted AND ROW({}) IS DISTINCT FROM ROW({})) THEN excluded._changed_load \
             ELSE held._changed_load END",
            self.name,
            typed.collect::<Vec<_>>().join(", "),
            rows.join(", "),
            set.collect::<Vec<_>>().join(", "),
            of("excluded"),
            of("held"),
            grain = grain.join(", "),
        )
    }
}

/// A text, or NULL where there is none.
fn text(value: &str) -> String {
    match value {
        "" => String::from("NULL"),
        value => format!("'{value}'"),
    }
}

fn pick(dice: &mut Dice, of: &[&str]) -> String {
    text(of[dice.below(of.len() as u64) as usize])
}

/// Mostly within a week; now and then none, one without an end, or one that is far off.
fn instant(dice: &mut Dice) -> String {
    match dice.below(24) {
        0 => text(""),
        1 => text("infinity"),
        2 => text("-infinity"),
        3 => text("2023-12-20 10:00"),
        4 => text("2024-02-20 10:00"),
        n => text(&format!("2024-02-0{} {}:00", 1 + n % 7, 8 + dice.below(3))),
    }
}

const CUSTOMERS: [&str; 7] = ["", "unknown", "ann", "bob", "cyd", "dan", "eve"];
const COUNTRIES: [&str; 4] = ["DE", "FR", "IT", "XX"];

fn row(table: &str, dice: &mut Dice) -> Vec<String> {
    match table {
        "sales" => vec![
            (1 + dice.below(24)).to_string(),
            pick(dice, &CUSTOMERS),
            pick(dice, &["", "pen", "cup", "hat"]),
            instant(dice),
            format!(
                "{}::date",
                text(["2024-02-01", "2024-02-08", "2023-01-01", ""][dice.below(4) as usize])
            ),
            pick(dice, &COUNTRIES),
            (dice.below(7) as i64 - 2).to_string(),
            ["1.5", "1.50", "0.10", "2.25"][dice.below(4) as usize].to_owned(),
        ],
        "regions" => vec![pick(dice, &COUNTRIES), pick(dice, &["", "north", "south"])],
        "tiers" => vec![
            pick(dice, &CUSTOMERS[1..]),
            text(&format!("2024-02-0{} 00:00", 1 + dice.below(6))),
            pick(dice, &["gold", "tin"]),
            pick(dice, &["", "ute", "ian"]),
        ],
        _ => vec![
            (1 + dice.below(5)).to_string(),
            pick(dice, &CUSTOMERS),
            instant(dice),
            pick(dice, &["flat", "fair"]),
        ],
    }
}

/// The statement of a load of one of the tables.
pub(super) fn load(dice: &mut Dice) -> String {
    let silver = &SILVER[[0, 0, 0, 0, 1, 2, 3][dice.below(7) as usize]];
    let most = [1, 4, 12][dice.below(3) as usize];
    let rows: Vec<(Vec<String>, bool)> = (0..dice.below(most + 1))
        .map(|_| (row(silver.name, dice), dice.below(4) == 0))
        .collect();
    silver.load(&rows)
}

pub(super) async fn create(database: &Database) {
    for silver in &SILVER {
        database.create(&silver.table()).await.unwrap();
    }
}
