//! A million dirty records with eight columns, standardised by a stage, against hand-written SQL that does the same.
//!
//! `cargo bench --bench standardise` starts its own server, and first makes sure that both answer the same. It prints
//! the median of turns that each side takes: `standardise/stage`, `standardise/recorded` (every change reported) and
//! `standardise/sql`, which reads its table from memory and gives the result to nobody. Reading records from the server
//! and writing them is not in it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use metalayer::core::Settled;
use metalayer::prelude::*;
use metalayer::silver::standardise::{Conform, Country, Phones, Standardiser, Text, Trunk};
use ml_embed::Cluster;
use tokio::runtime::Runtime;

const ROWS: i64 = 1_000_000;
const SAME: usize = 20_000;
const TURNS: usize = 5;

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "bronze.people")]
struct Person {
    customer: String,
    name: String,
    email: Pii<String>,
    phone: Pii<String>,
    country: String,
    region: String,
    code: String,
    note: Option<String>,
}

fn stage() -> Standardise<Person> {
    let regions = Conform::new([
        ("EU", "Europe"),
        ("EMEA", "Europe"),
        ("APAC", "Asia Pacific"),
    ]);
    Standardise::new()
        .column(Person::CUSTOMER, Text::Trim.then(Text::Id))
        .column(Person::NAME, Text::Trim.then(Text::Title).then(Text::Nfc))
        .column(Person::EMAIL, Text::Email)
        .column(
            Person::PHONE,
            Phones::national("44", Trunk::Dialled("0")).unwrap(),
        )
        .column(Person::COUNTRY, Country::Alpha2)
        .column(Person::REGION, regions)
        .column(Person::CODE, Text::Trim.then(Text::Upper))
        .column(Person::NOTE, Text::NonBlank)
}

/// The same data, made by the server; half of the cells are standard already.
const PEOPLE: &str = "CREATE TABLE public.people AS
SELECT
    CASE n % 2 WHEN 0 THEN n::text ELSE n || '.0' END AS customer,
    CASE n % 2 WHEN 0 THEN 'Ada King' ELSE ' GRACE  hopper ' END AS name,
    CASE n % 2 WHEN 0 THEN 'user' || n || '@example.com' ELSE ' User' || n || '@Example.COM' END AS email,
    CASE n % 2 WHEN 0 THEN '+442079' || 100000 + n % 900000 ELSE '020 79 ' || 100000 + n % 900000 END AS phone,
    (ARRAY['GB', 'United Kingdom', 'DE', 'germany', 'FR', 'EIRE'])[1 + n % 6] AS country,
    (ARRAY['Europe', 'EU', 'Asia Pacific', ' apac'])[1 + n % 4] AS region,
    CASE n % 2 WHEN 0 THEN 'A' || n ELSE ' a' || n END AS code,
    CASE n % 3 WHEN 0 THEN ' ' WHEN 1 THEN 'as it is' ELSE ' two   blanks' END AS note
FROM generate_series(0, $1::bigint - 1) AS n";
const CLEAN: &str = "
SELECT
    regexp_replace(btrim(regexp_replace(customer, '\\s+', ' ', 'g')), '^(\\d+)\\.0+$', '\\1') AS customer,
    normalize(initcap(btrim(regexp_replace(people.name, '\\s+', ' ', 'g'))), NFC) AS name,
    split_part(btrim(email), '@', 1) || '@' || lower(split_part(btrim(email), '@', 2)) AS email,
    regexp_replace(regexp_replace(phone, '[^+0-9]', '', 'g'), '^0', '+44') AS phone,
    coalesce(countries.code, people.country) AS country,
    coalesce(regions.name, people.region) AS region,
    upper(btrim(regexp_replace(people.code, '\\s+', ' ', 'g'))) AS code,
    nullif(btrim(regexp_replace(note, '\\s+', ' ', 'g')), '') AS note
FROM public.people AS people
LEFT JOIN (VALUES ('GB', 'GB'), ('UNITEDKINGDOM', 'GB'), ('DE', 'DE'), ('GERMANY', 'DE'), ('FR', 'FR'), ('EIRE', 'IE')) AS countries (spelling, code)
    ON countries.spelling = upper(regexp_replace(people.country, '\\s', '', 'g'))
LEFT JOIN (VALUES ('EU', 'Europe'), ('EUROPE', 'Europe'), ('ASIAPACIFIC', 'Asia Pacific'), ('APAC', 'Asia Pacific')) AS regions (spelling, name)
    ON regions.spelling = upper(regexp_replace(people.region, '\\s', '', 'g'))";

struct Bench {
    runtime: Runtime,
    database: Database,
    people: Vec<Person>,
}

impl Bench {
    fn new(cluster: &Cluster) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = Config::new(&cluster.url("postgres").into()).unwrap();
        let database = Database::open(&config).unwrap();
        let people = runtime.block_on(async {
            let client = database.client().await.unwrap();
            let made = PEOPLE.replace("$1", &ROWS.to_string());
            client.batch_execute(&made).await.unwrap();
            client
                .batch_execute("VACUUM ANALYZE public.people")
                .await
                .unwrap();
            read(&client, "SELECT * FROM public.people ORDER BY ctid").await
        });
        Bench {
            runtime,
            database,
            people,
        }
    }

    fn assert_same(&self) {
        let query = format!("{CLEAN} ORDER BY people.ctid LIMIT {SAME}");
        let sql = self.runtime.block_on(async {
            let client = self.database.client().await.unwrap();
            read(&client, &query).await
        });
        let (stage, mut report) = (stage(), Report::default());
        let people = self.people[..SAME].iter().cloned();
        let rust: Vec<Person> = people
            .filter_map(|person| stage.apply(person, &mut report))
            .collect();
        for (sql, rust) in sql.iter().zip(&rust) {
            assert_eq!(sql, rust);
            assert_eq!(sql.email.reveal(), rust.email.reveal());
        }
        assert_eq!(sql.len(), rust.len());
    }

    /// The whole input, less the copies that are there only to be changed.
    fn stage(&self, stage: &Standardise<Person>) -> Duration {
        let mut report = Report::default();
        self.people
            .chunks(5_000)
            .map(|chunk| {
                let batch = chunk.to_vec();
                let start = Instant::now();
                for person in batch {
                    black_box(stage.apply(person, &mut report));
                    assert_eq!(report.settle(true), Settled::Accepted);
                    black_box(report.take_changes());
                }
                start.elapsed()
            })
            .sum()
    }

    fn sql(&self) -> Duration {
        // OFFSET keeps the planner from leaving columns out that nobody reads
        let query = format!("SELECT count(p) FROM ({CLEAN} OFFSET 0) AS p");
        self.runtime.block_on(async {
            let client = self.database.client().await.unwrap();
            let alone = "SET max_parallel_workers_per_gather = 0; SET jit = off";
            client.batch_execute(alone).await.unwrap();
            let start = Instant::now();
            client.query_one(&query, &[]).await.unwrap();
            start.elapsed()
        })
    }
}

async fn read(client: &tokio_postgres::Client, query: &str) -> Vec<Person> {
    let rows = client.query(query, &[]).await.unwrap();
    let person = |row: &tokio_postgres::Row| Person {
        customer: row.get(0),
        name: row.get(1),
        email: row.get(2),
        phone: row.get(3),
        country: row.get(4),
        region: row.get(5),
        code: row.get(6),
        note: row.get(7),
    };
    rows.iter().map(person).collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    let cluster = Cluster::temporary()
        .start()
        .expect("the bench needs a server");
    let bench = Bench::new(&cluster);
    bench.assert_same();
    let turns: Vec<[Duration; 3]> = (0..TURNS)
        .map(|_| {
            [
                bench.stage(&stage()),
                bench.stage(&stage().recorded()),
                bench.sql(),
            ]
        })
        .collect();
    for (side, name) in ["stage", "recorded", "sql"].into_iter().enumerate() {
        let time = median(turns.iter().map(|turn| turn[side]).collect());
        println!(
            "standardise/{name}: {:.2} s for {ROWS} records",
            time.as_secs_f64()
        );
    }
}
