//! The server of the bench, and what comes into its silver tables.

use std::cell::Cell;

use metalayer::core::{ColumnDef, Type};
use metalayer::prelude::*;
use ml_embed::Cluster;

use crate::bed::Bed;
use crate::tpch;

/// What a load brings: 1 % of the lines.
#[derive(Clone, Copy)]
pub enum Kind {
    /// New ones, on the days after the last.
    New,
    /// Others in the place of the last ones.
    Recent,
    /// Others in the place of some of every day.
    Scattered,
}

/// A server that is flushed to disk as one that is kept, and goes with the bench.
pub struct Server {
    pub url: String,
    pub bed: Bed,
    loads: Cell<i64>,
    // Dropped last: the connections go before their server.
    _cluster: Cluster,
}

/// The tables that grow.
const WRITTEN: [&str; 6] = [
    "silver.lines",
    "silver.sales",
    "gold.fct_lines",
    "checked.fct_lines",
    "dbt.fct_lines",
    "gold.fct_sales",
];

type Columns = &'static [(&'static str, Type)];

/// The silver tables: how many of their columns are the grain, and the columns.
const SILVER: [(&str, usize, Columns); 3] = [
    (
        "lines",
        2,
        &[
            ("order_id", Type::Int8),
            ("line_no", Type::Int4),
            ("customer_id", Type::Int8),
            ("part_id", Type::Int8),
            ("ordered_on", Type::Date),
            ("ship_mode", Type::Text),
            ("quantity", Type::Int8),
            ("price", Type::Numeric),
            ("discount", Type::Numeric),
        ],
    ),
    (
        "customers",
        1,
        &[
            ("customer_id", Type::Int8),
            ("name", Type::Text),
            ("nation", Type::Int4),
            ("segment", Type::Text),
        ],
    ),
    (
        "parts",
        1,
        &[
            ("part_id", Type::Int8),
            ("brand", Type::Text),
            ("type", Type::Text),
        ],
    ),
];

fn table(name: &str, grain: usize, columns: Columns) -> Table {
    let contract = Contract {
        dataset: format!("silver.{name}").parse().unwrap(),
        columns: columns
            .iter()
            .map(|(name, ty)| ColumnDef::of(name, *ty))
            .collect(),
        grain: columns[..grain]
            .iter()
            .map(|(name, _)| String::from(*name))
            .collect(),
    };
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, merge)
}

impl Server {
    pub fn start() -> Self {
        let cluster = Cluster::temporary().durable();
        let settings = [
            ("shared_buffers", "1GB"),
            ("work_mem", "64MB"),
            ("maintenance_work_mem", "256MB"),
            ("max_wal_size", "8GB"),
            ("autovacuum", "off"),
        ];
        let cluster = settings
            .into_iter()
            .fold(cluster, |cluster, (name, value)| {
                cluster.setting(name, value)
            });
        let cluster = cluster
            .start()
            .expect("the bench needs a PostgreSQL server");
        let url = cluster.url("postgres");
        let config = Config::new(&url.as_str().into()).unwrap();
        let bed = Bed::new(Database::open(&config).unwrap());
        let migrated = bed.database.migrate();
        bed.runtime.block_on(migrated).unwrap();
        Server {
            url,
            bed,
            loads: Cell::new(0),
            _cluster: cluster,
        }
    }

    /// The data of TPC-H as one load of each table, lines in the order of their days, as they came in.
    pub fn fill(&self, scale: f64) {
        for (name, grain, columns) in SILVER {
            let table = table(name, grain, columns);
            let created = self.bed.database.create(&table);
            self.bed.runtime.block_on(created).unwrap();
            let types: Vec<String> = columns
                .iter()
                .map(|(name, ty)| format!("{name} {ty}"))
                .collect();
            let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            let (types, names) = (types.join(", "), names.join(", "));
            self.bed
                .run(&format!("CREATE UNLOGGED TABLE public.{name} ({types})"));
            let rows = tpch::rows(name, scale);
            self.bed.runtime.block_on(async {
                let client = self.bed.database.client().await.unwrap();
                tpch::copy(&client, name, rows).await;
            });
            let order = if name == "lines" {
                "ordered_on, order_id, line_no"
            } else {
                "1"
            };
            let load = self.enter(name);
            self.bed.run(&format!(
                "INSERT INTO silver.{name} ({names}, _load_id, _record_no, _changed_load) \
                 SELECT {names}, {load}, row_number() OVER (ORDER BY {order}), {load} FROM public.{name} ORDER BY {order}; \
                 DROP TABLE public.{name}"
            ));
            self.bed.run(&format!("VACUUM ANALYZE silver.{name}"));
        }
    }

    /// A row of the ledger; answers its number.
    pub fn enter(&self, name: &str) -> i64 {
        self.bed.count(&format!(
            "INSERT INTO meta.load (dataset, source, rule_set, state, finished_at) \
             VALUES ('silver.{name}', 'made', sha256(''), 'applied', now()) RETURNING load_id"
        ))
    }

    /// Nothing of what was done waits to be done.
    pub fn settle(&self) {
        for table in WRITTEN {
            let there = format!("SELECT count(to_regclass('{table}'))");
            if self.bed.count(&there) == 1 {
                self.bed.run(&format!("VACUUM ANALYZE {table}"));
            }
        }
        self.bed.run("CHECKPOINT");
    }

    /// One more load of lines.
    pub fn load(&self, kind: Kind) {
        let load = self.enter("lines");
        let nth = self.loads.replace(self.loads.get() + 1);
        let sql = match kind {
            Kind::New => include_str!("new_lines.sql"),
            Kind::Recent => include_str!("recent_lines.sql"),
            Kind::Scattered => include_str!("scattered_lines.sql"),
        };
        let sql = sql.replace("{load}", &load.to_string());
        self.bed.run(&sql.replace("{nth}", &nth.to_string()));
        self.settle();
    }
}
