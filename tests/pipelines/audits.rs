//! The catalogue of audits: what each finds, and what the ledger says of it.

use chrono::Duration;
use metalayer::core::{Audit, Dataset, Verdict};
use metalayer::prelude::*;
use metalayer::quality::audits::*;
use rust_decimal::dec;

use crate::support::Fresh;

/// Rows for audits, without a load: columns as SQL, rows as JSON; records count from 1.
struct Rows<'a> {
    fresh: &'a Fresh,
    columns: &'a str,
}

impl Rows<'_> {
    fn query(&self, json: &str, audit: &Audit) -> String {
        let relation = format!(
            r#"(SELECT 7::bigint AS "_load_id", row_number() OVER () AS "_record_no", v.* FROM jsonb_to_recordset('{json}') AS v({}))"#,
            self.columns
        );
        audit.sql.replace("{rows}", &relation)
    }

    /// How many rows offend, counted as a load counts them.
    async fn count(&self, json: &str, audit: Result<Audit>) -> u32 {
        let query = self.query(json, &audit.unwrap());
        let query = format!("SELECT count(*) FROM ({query}) AS offending");
        self.fresh.one(&query).await.parse().unwrap()
    }

    /// The records that offend.
    async fn records(&self, json: &str, audit: Result<Audit>) -> String {
        let query = self.query(json, &audit.unwrap());
        let list = "string_agg(_record_no::text, ' ' ORDER BY _record_no)";
        let query =
            format!("SELECT coalesce({list}, 'none') FROM ({query}) AS o WHERE _load_id = 7");
        self.fresh.one(&query).await
    }

    /// The figure, when it offends.
    async fn found(&self, json: &str, audit: Result<Audit>) -> String {
        let query = self.query(json, &audit.unwrap());
        let figure = format!("SELECT coalesce(min(found)::text, 'none') FROM ({query}) AS o");
        self.fresh.one(&figure).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys() {
    let fresh = Fresh::migrated().await;
    let rows = Rows {
        fresh: &fresh,
        columns: "a integer, b text",
    };
    let twice = r#"[{"a":1,"b":"x"}, {"a":1,"b":"y"}, {"a":1,"b":"x"}, {"a":1,"b":"x"}, {"b":"x"}, {"b":"x"}, {}, {}]"#;
    assert_eq!(rows.records(twice, unique(["a", "b"])).await, "3 4 6 8");
    assert_eq!(rows.records(twice, unique("a")).await, "2 3 4 6 7 8");
    let once = r#"[{"a":1,"b":"x"}, {"a":1}, {"b":"x"}, {}]"#;
    assert_eq!(rows.records(once, unique(["a", "b"])).await, "none");
    assert_eq!(rows.count("[]", unique("a")).await, 0);

    let torn = r#"[{"a":1,"b":"x"}, {"a":2,"b":"x"}, {"a":1,"b":"y"}, {"a":1,"b":"x"}, {"b":"x"}, {"b":"y"}, {"a":3}, {"a":3,"b":"z"}]"#;
    assert_eq!(rows.records(torn, determines("a", "b")).await, "1 3 4 7 8");
    assert_eq!(
        rows.records(torn, determines("b", "a")).await,
        "1 2 3 4 5 6"
    );
    assert_eq!(
        rows.records(torn, determines(["a", "b"], "b")).await,
        "none"
    );
    let whole = r#"[{"a":1,"b":"x"}, {"a":1,"b":"x"}, {"a":2,"b":"x"}, {"a":3}, {"a":3}, {"b":"p"}, {"b":"q"}]"#;
    assert_eq!(rows.records(whole, determines("a", "b")).await, "none");
    assert_eq!(rows.count("[]", determines("a", "b")).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn size() {
    let fresh = Fresh::migrated().await;
    let rows = Rows {
        fresh: &fresh,
        columns: "a integer",
    };
    let three = "[{}, {}, {}]";
    assert_eq!(rows.count(three, Ok(row_count(3..))).await, 0);
    assert_eq!(rows.found(three, Ok(row_count(..3))).await, "3");
    assert_eq!(rows.found("[]", Ok(row_count(1..))).await, "0");
    assert_eq!(rows.count("[]", Ok(row_count(..))).await, 0);

    let name = r"it's \ x') OR true --";
    let odd: Dataset = format!("bronze.{name}").parse().unwrap();
    let like = |loads, tolerance| row_count_like_last(&odd, loads, tolerance);
    assert_eq!(rows.count(three, like(1, 0.0)).await, 0, "no history");
    let other = "INSERT INTO meta.load (dataset, source, rule_set, state, rows_read, rows_accepted, reason) \
        SELECT d, 's', decode(repeat('00', 32), 'hex'), state, n, n, CASE state WHEN 'refused' THEN 'so' END FROM";
    let others = "(VALUES ('bronze.other', 'applied', 900)) AS v(d, state, n)";
    fresh.run(&format!("{other} {others}")).await;
    assert_eq!(
        rows.count(three, like(9, 0.0)).await,
        0,
        "no history of its own"
    );
    let history = format!(
        "(SELECT $ml$bronze.{name}$ml$, * FROM (VALUES ('applied', 100), ('applied', 2), ('unloaded', 50), \
         ('applied', 6), ('refused', 0)) AS v(state, n)) AS v(d, state, n)"
    );
    fresh.run(&format!("{other} {history}")).await;
    // The mean of the last two is 4.
    assert_eq!(rows.count(three, like(2, 0.25)).await, 0);
    assert_eq!(rows.count(three, like(2, 0.24)).await, 1);
    assert_eq!(rows.count(three, like(1, 0.5)).await, 0);
    assert_eq!(rows.count(three, like(3, 0.5)).await, 1);
    assert_eq!(rows.count("[]", like(2, 0.99)).await, 1);
    assert_eq!(rows.count("[]", like(2, 1.0)).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_and_values() {
    let fresh = Fresh::migrated().await;
    let rows = Rows {
        fresh: &fresh,
        columns: "a integer, b text",
    };
    let half = r#"[{"a":1}, {"a":1}, {"a":null}, {}]"#;
    assert_eq!(rows.count(half, null_share("a", 0.5)).await, 0);
    assert!(
        rows.found(half, null_share("a", 0.49))
            .await
            .starts_with("0.5000")
    );
    assert_eq!(rows.count(half, null_share("b", 1.0)).await, 0);
    assert_eq!(rows.count(half, null_share("b", 0.99)).await, 1);
    assert_eq!(rows.count("[]", null_share("a", 0.0)).await, 0);
    // Three of ten are 0.3, whatever a float makes of it.
    let ten = format!("[{{}}, {{}}, {{}} {}]", r#", {"a":1}"#.repeat(7));
    assert_eq!(rows.count(&ten, null_share("a", 0.3)).await, 0);

    let values = r#"[{"a":1}, {"a":1}, {"a":2}, {}]"#;
    assert_eq!(rows.count(values, distinct_count("a", 2..=2)).await, 0);
    assert_eq!(rows.found(values, distinct_count("a", 3..)).await, "2");
    assert_eq!(rows.found(values, distinct_count("b", 1..)).await, "0");
    assert_eq!(rows.found("[]", distinct_count("a", 1..)).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn moments() {
    let fresh = Fresh::migrated().await;
    for columns in [
        "a integer",
        "a bigint",
        "a numeric",
        "a double precision",
        "a real",
    ] {
        let rows = Rows {
            fresh: &fresh,
            columns,
        };
        let four = r#"[{"a":4}, {"a":1}, {"a":null}, {"a":2}, {"a":9}]"#;
        assert_eq!(rows.count(four, mean("a", 4..=4)).await, 0, "{columns}");
        assert!(rows.found(four, mean("a", ..4)).await.starts_with("4.0"));
        assert_eq!(rows.count(four, sum("a", dec!(16.0)..=dec!(16))).await, 0);
        assert_eq!(rows.found(four, sum("a", 16.5..)).await, "16", "{columns}");
        // √(38 / 3)
        assert_eq!(
            rows.count(four, standard_deviation("a", 3.559..3.560))
                .await,
            0
        );
        assert_eq!(rows.count(four, standard_deviation("a", ..3.559)).await, 1);
        for (q, value) in [
            (0.0, 1),
            (0.25, 1),
            (0.5, 2),
            (0.51, 4),
            (0.75, 4),
            (1.0, 9),
        ] {
            assert_eq!(rows.count(four, quantile("a", q, value..=value)).await, 0);
            let above = rows.found(four, quantile("a", q, value + 1..)).await;
            assert_eq!(above, value.to_string(), "{columns}");
        }
        for nothing in ["[]", r#"[{"a":null}, {}]"#] {
            assert_eq!(rows.count(nothing, mean("a", 1..)).await, 0);
            assert_eq!(rows.count(nothing, standard_deviation("a", 1..)).await, 0);
            assert_eq!(rows.count(nothing, quantile("a", 0.5, 1..)).await, 0);
            assert_eq!(rows.found(nothing, sum("a", 1..)).await, "0");
            assert_eq!(rows.count(nothing, sum("a", 0..=0)).await, 0);
        }
        let one = r#"[{"a":5}]"#;
        assert_eq!(rows.count(one, standard_deviation("a", 1..)).await, 0);
    }
    let floats = Rows {
        fresh: &fresh,
        columns: "a double precision",
    };
    let tenths = r#"[{"a":0.1}, {"a":0.2}]"#;
    assert_eq!(floats.count(tenths, sum("a", 0.3..=0.3)).await, 0);
    let huge = r#"[{"a":1e308}, {"a":1e308}]"#;
    assert_eq!(floats.count(huge, sum("a", ..1e308)).await, 1);
    let nan = r#"[{"a":"NaN"}, {"a":1}]"#;
    assert_eq!(floats.found(nan, mean("a", 0..)).await, "NaN");
    assert_eq!(floats.found(nan, quantile("a", 1.0, 0..)).await, "NaN");
    assert_eq!(floats.count(nan, quantile("a", 0.5, 1..)).await, 0);
    let infinite = r#"[{"a":"Infinity"}, {"a":1}]"#;
    assert_eq!(floats.found(infinite, sum("a", ..9)).await, "Infinity");
}

#[tokio::test(flavor = "multi_thread")]
async fn series() {
    let fresh = Fresh::migrated().await;
    for columns in ["at timestamptz", "at timestamp", "at date"] {
        let rows = Rows {
            fresh: &fresh,
            columns,
        };
        let days = |days| freshness("at", Duration::days(days));
        let text = |interval: &str| {
            format!("SELECT to_char(now() - interval '{interval}', 'YYYY-MM-DD HH24:MI:SS')")
        };
        let (old, older) = (
            fresh.one(&text("5 days")).await,
            fresh.one(&text("9 days")).await,
        );
        let json = format!(r#"[{{"at":"{older}"}}, {{}}, {{"at":"{old}"}}]"#);
        assert_eq!(rows.count(&json, days(7)).await, 0, "{columns}");
        assert_eq!(rows.count(&json, days(4)).await, 1, "{columns}");
        assert_eq!(rows.count(r#"[{"at":"2999-01-01"}]"#, days(0)).await, 0);
        assert_eq!(
            rows.count(r#"[{"at":"1999-01-01"}]"#, days(365_000)).await,
            0
        );
        assert_eq!(rows.count("[{}, {}]", days(0)).await, 0);
        assert_eq!(rows.count("[]", days(0)).await, 0);
    }

    for columns in ["n integer", "n bigint", "n numeric"] {
        let rows = Rows {
            fresh: &fresh,
            columns,
        };
        let whole = r#"[{"n":3}, {"n":1}, {}, {"n":2}, {"n":2}]"#;
        assert_eq!(rows.count(whole, no_gaps("n")).await, 0, "{columns}");
        let holed = r#"[{"n":9}, {"n":-1}, {"n":0}, {"n":2}, {}, {"n":1000000}]"#;
        assert_eq!(rows.count(holed, no_gaps("n")).await, 3, "{columns}");
        assert_eq!(rows.count("[{}]", no_gaps("n")).await, 0);
        assert_eq!(rows.count("[]", no_gaps("n")).await, 0);
    }
    let widest = Rows {
        fresh: &fresh,
        columns: "n bigint",
    };
    let ends = r#"[{"n":-9223372036854775808}, {"n":9223372036854775807}]"#;
    assert_eq!(widest.count(ends, no_gaps("n")).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn intervals() {
    let fresh = Fresh::migrated().await;
    let rows = Rows {
        fresh: &fresh,
        columns: "k text, f integer, t integer",
    };
    let cases = [
        ("[]", "none"),
        // One after the other, in any order, and others beside them.
        (
            r#"[{"k":"a","f":5,"t":9}, {"k":"a","f":1,"t":5}, {"k":"b","f":2,"t":7}]"#,
            "none",
        ),
        // Both within the first, which is long.
        (
            r#"[{"k":"a","f":2,"t":3}, {"k":"a","f":1,"t":9}, {"k":"a","f":5,"t":6}, {"k":"a","f":9,"t":10}]"#,
            "1 3",
        ),
        // The same twice.
        (r#"[{"k":"a","f":1,"t":2}, {"k":"a","f":1,"t":2}]"#, "2"),
        // Open ends, open beginnings.
        (r#"[{"k":"a","f":1}, {"k":"a","f":5,"t":6}]"#, "2"),
        (r#"[{"k":"a","f":5}, {"k":"a","f":1,"t":5}]"#, "none"),
        (
            r#"[{"k":"a","t":5}, {"k":"a","t":3}, {"k":"a","f":4,"t":6}]"#,
            "1 3",
        ),
        (r#"[{"k":"a","t":5}, {"k":"a","f":5}]"#, "none"),
        (r#"[{"k":"a"}, {"k":"a"}]"#, "2"),
        // Without a key, and without a time in them.
        (r#"[{"f":1,"t":5}, {"f":1,"t":5}]"#, "none"),
        (
            r#"[{"k":"a","f":1,"t":9}, {"k":"a","f":5,"t":5}, {"k":"a","f":7,"t":6}]"#,
            "none",
        ),
    ];
    for (json, records) in cases {
        let audit = interval_overlap("k", "f", "t");
        assert_eq!(rows.records(json, audit).await, records, "{json}");
    }
    let days = Rows {
        fresh: &fresh,
        columns: "k text, j integer, f date, t date",
    };
    let stays = r#"[{"k":"a","j":1,"f":"2024-01-01","t":"2024-01-03"}, {"k":"a","j":1,"f":"2024-01-02","t":"infinity"},
        {"k":"a","j":2,"f":"2024-01-02"}]"#;
    let audit = interval_overlap(["k", "j"], "f", "t");
    assert_eq!(days.records(stays, audit).await, "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn others() {
    let fresh = Fresh::migrated().await;
    let other: Dataset = r#"silver.o"; --"#.parse().unwrap();
    let table = r#"CREATE SCHEMA silver; CREATE TABLE silver."o""; --" ("x y" integer, z text, amount numeric)"#;
    fresh.run(table).await;
    let rows = Rows {
        fresh: &fresh,
        columns: "a bigint, b text, c double precision",
    };
    let json = r#"[{"a":1,"b":"p","c":1.5}, {"a":2,"b":"q"}, {"a":3}, {"b":"r"}, {"a":1,"b":"q","c":2}, {}]"#;
    let one = || references("a", &other, "x y");
    let two = || references(("a", "b"), &other, ("x y", "z"));
    assert_eq!(
        rows.records(json, one()).await,
        "1 2 3 5",
        "nothing is there"
    );
    assert_eq!(
        rows.count(json, reconciles("c", &other, "amount", 3.5))
            .await,
        0
    );
    assert_eq!(
        rows.count(json, reconciles("c", &other, "amount", 3.49))
            .await,
        1
    );
    assert_eq!(
        rows.count("[]", reconciles("c", &other, "amount", 0)).await,
        0
    );
    let insert = r#"INSERT INTO silver."o""; --" VALUES (1, 'p', 3), (2, 'q', 0.45), (NULL, 'q', NULL), (3, NULL, NULL)"#;
    fresh.run(insert).await;
    assert_eq!(rows.records(json, one()).await, "none");
    assert_eq!(rows.records(json, two()).await, "5");
    assert_eq!(
        rows.records(r#"[{"a":4}, {"a":4}, {"a":1}]"#, one()).await,
        "1 2"
    );
    assert_eq!(rows.count("[]", two()).await, 0);
    let near = |tolerance| reconciles("c", &other, "amount", tolerance);
    assert_eq!(rows.count(json, near(dec!(0.05))).await, 0);
    assert_eq!(rows.count(json, near(dec!(0.0499))).await, 1);
    assert_eq!(rows.count("[]", near(dec!(3.45))).await, 0);
    assert_eq!(rows.count("[]", near(dec!(3.44))).await, 1);
    let infinite = r#"[{"c":"Infinity"}]"#;
    assert_eq!(rows.count(infinite, near(dec!(999))).await, 1);
    let nan = r#"[{"c":"NaN"}]"#;
    assert_eq!(rows.count(nan, near(dec!(999))).await, 1);
}

/// Text is not read as a number, nor a number as a time: the server says no before it looks at a row.
#[tokio::test(flavor = "multi_thread")]
async fn columns_of_another_type_are_refused_not_read() {
    let fresh = Fresh::migrated().await;
    let rows = Rows {
        fresh: &fresh,
        columns: "a text, b integer",
    };
    let client = fresh.database.client().await.unwrap();
    for audit in [
        mean("a", 1..),
        sum("a", 1..),
        no_gaps("a"),
        freshness("a", Duration::days(1)),
        freshness("b", Duration::days(1)),
        unique("missing"),
    ] {
        let query = rows.query("[]", &audit.unwrap());
        assert!(client.query(&query, &[]).await.is_err(), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_name_will_do() {
    let fresh = Fresh::migrated().await;
    let awkward = [
        r#"say "it""#,
        "two words",
        "select",
        "größe 数",
        r"back\slash",
        "'; DROP SCHEMA meta CASCADE; --",
        "found",
        "a0",
        "$1",
        "r",
    ];
    fresh.run("CREATE SCHEMA silver").await;
    for (at, name) in awkward.into_iter().enumerate() {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let columns = format!("{quoted} integer, t timestamptz");
        let rows = Rows {
            fresh: &fresh,
            columns: &columns,
        };
        let table = format!("CREATE TABLE silver.other{at} ({quoted} integer)");
        fresh.run(&table).await;
        let other: Dataset = format!("silver.other{at}").parse().unwrap();
        let key = serde_json::Value::from(name)
            .to_string()
            .replace('\'', "''");
        let json = format!("[{{{key}:1}}, {{{key}:1}}, {{{key}:4}}]");
        let ends = [
            (unique(name), 1),
            (determines(name, name), 0),
            (null_share(name, 0.0), 0),
            (distinct_count(name, 3..), 1),
            (mean(name, ..=1), 1),
            (sum(name, 7..), 1),
            (standard_deviation(name, ..0.1), 1),
            (quantile(name, 0.5, 2..), 1),
            (no_gaps(name), 1),
            (interval_overlap(name, name, name), 0),
            (references(name, &other, name), 3),
            (reconciles(name, &other, name, 5), 1),
        ];
        for (audit, offending) in ends {
            let id = audit.as_ref().unwrap().id.clone();
            assert_eq!(rows.count(&json, audit).await, offending, "{id}");
        }
        let rows = Rows {
            fresh: &fresh,
            columns: &format!("{quoted} timestamptz"),
        };
        let audit = freshness(name, Duration::days(1));
        let old = format!(r#"[{{{key}:"1999-01-01"}}]"#);
        assert_eq!(rows.count(&old, audit).await, 1, "{name}");
    }
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "0");
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.stays")]
struct Stay {
    order: i32,
    größe: Option<i32>,
    room: String,
    arrival: chrono::NaiveDate,
    departure: Option<chrono::NaiveDate>,
}

const STAYS: Dataset = Dataset::of("bronze", "stays");

/// Every audit of the catalogue, and how many offend among the stays below.
fn all() -> Vec<(Audit, u32)> {
    let all = [
        (unique(Stay::ORDER), 1),
        (determines(Stay::ROOM, Stay::GRÖSSE), 3),
        (Ok(row_count(..4)), 1),
        (row_count_like_last(&STAYS, 3, 0.1), 0),
        (null_share(Stay::GRÖSSE, 0.1), 1),
        (distinct_count(Stay::ROOM, 3..), 1),
        (mean(Stay::ORDER, 1..2), 1),
        (sum(Stay::ORDER, 13..), 1),
        (standard_deviation(Stay::ORDER, ..=1), 1),
        (quantile(Stay::ORDER, 0.5, 3..), 1),
        (freshness(Stay::ARRIVAL, Duration::days(3)), 1),
        (no_gaps(Stay::ORDER), 1),
        (
            interval_overlap(Stay::ROOM, Stay::ARRIVAL, Stay::DEPARTURE),
            2,
        ),
        // To itself: the load sees what it has written.
        (references(Stay::GRÖSSE, &STAYS, Stay::ORDER), 1),
        (reconciles(Stay::ORDER, &STAYS, Stay::GRÖSSE, 0), 1),
        // Unknown where there is no departure, which passes.
        (condition("stay.short", "departure - r.arrival < 3"), 1),
    ];
    all.map(|(audit, offending)| (audit.unwrap(), offending))
        .into()
}

const ROWS: &str = "1,2,red,2024-01-01,2024-01-05\n2,2,red,2024-01-04,2024-01-06\n2,,red,2024-01-05,\n7,9,blue,2024-01-01,\n";

async fn load(fresh: &Fresh, rows: &str, flow: &Flow) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stays.csv");
    std::fs::write(&path, format!("order,größe,room,arrival,departure\n{rows}")).unwrap();
    let table = Table::landing(Contract::of::<Stay>().unwrap());
    fresh.database.create(&table).await.unwrap();
    let mut feed = CsvFile::<Stay>::new(&path, RuleSet::new().build().unwrap());
    let mut store = Store::new(&fresh.database, &table);
    flow.run(&mut feed, &mut store).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_is_counted_and_the_rows_are_there() {
    let fresh = Fresh::migrated().await;
    let mut flow = Flow::new(Gate::default());
    for (audit, _) in all() {
        flow = flow.audit(audit.warn());
    }
    let outcome = load(&fresh, ROWS, &flow).await;
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.stays").await, "4");
    for (audit, offending) in all() {
        let counted = format!(
            "SELECT action || ' ' || violations FROM meta.rule_result WHERE rule = '{}'",
            audit.id
        );
        let counted = fresh.one(&counted).await;
        assert_eq!(counted, format!("warn {offending}"), "{}", audit.id);
    }
    // The next load is judged by its own rows, and against the four before it.
    let outcome = load(&fresh, "3,3,red,2024-01-01,\n", &flow).await;
    let Outcome::Applied(receipt) = outcome else {
        panic!("{outcome:?}")
    };
    let violations = |rule: &str| receipt.card.rules[rule].violations;
    assert_eq!(violations("row_count_like_last"), 1);
    assert_eq!(violations("order.unique"), 0);
    assert_eq!(violations("room.interval_overlap"), 0);
    assert_eq!(violations("größe.references.bronze.stays"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refuses_the_load_when_it_is_to() {
    let fresh = Fresh::migrated().await;
    for (audit, offending) in all().into_iter().filter(|(_, offending)| *offending > 0) {
        let id = audit.id.clone();
        let flow = Flow::new(Gate::default()).audit(audit);
        let outcome = load(&fresh, ROWS, &flow).await;
        let Outcome::Refused(receipt) = outcome else {
            panic!("{id}: {outcome:?}")
        };
        let Verdict::Refused(reason) = receipt.verdict else {
            panic!("{id}")
        };
        assert!(
            reason.starts_with(&format!("rule {id} aborts: {offending} ")),
            "{reason}"
        );
    }
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.stays").await, "0");

    let like = row_count_like_last(&STAYS, 3, 0.1).unwrap();
    let flow = Flow::new(Gate::default()).audit(like);
    let outcome = load(&fresh, ROWS, &flow).await;
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    let outcome = load(&fresh, "3,3,red,2024-01-01,\n", &flow).await;
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.stays").await, "4");
}

/// What passes, passes through the same path.
#[tokio::test(flavor = "multi_thread")]
async fn a_sound_load_passes_them_all() {
    let fresh = Fresh::migrated().await;
    let sound = [
        unique(Stay::ORDER),
        determines(Stay::ROOM, Stay::GRÖSSE),
        Ok(row_count(1..=4)),
        row_count_like_last(&STAYS, 3, 0.1),
        null_share(Stay::GRÖSSE, 0.0),
        distinct_count(Stay::ROOM, 2..=2),
        mean(Stay::ORDER, 1.5..=1.5),
        sum(Stay::ORDER, 3..=3),
        standard_deviation(Stay::ORDER, 0.7..0.8),
        quantile(Stay::ORDER, 0.5, 1..=1),
        freshness(Stay::ARRIVAL, Duration::days(365 * 900)),
        no_gaps(Stay::ORDER),
        interval_overlap(Stay::ROOM, Stay::ARRIVAL, Stay::DEPARTURE),
        references(Stay::GRÖSSE, &STAYS, Stay::ORDER),
        reconciles(Stay::ORDER, &STAYS, Stay::GRÖSSE, 0),
        condition("stay.short", "departure - r.arrival < 5"),
    ];
    let flow = sound
        .into_iter()
        .fold(Flow::new(Gate::default()), |flow, audit| {
            flow.audit(audit.unwrap())
        });
    let rows = "1,2,red,2024-01-01,2024-01-05\n2,1,blue,2024-01-04,\n";
    let outcome = load(&fresh, rows, &flow).await;
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
}

#[test]
fn each_says_what_it_is_about() {
    use metalayer::core::Dimension::{Completeness, Consistency, Timeliness, Uniqueness, Validity};
    for (audit, _) in all() {
        let (_, what) = audit.id.rsplit_once('.').unwrap_or(("", &audit.id));
        let expected = match what {
            "unique" => Uniqueness,
            "row_count" | "row_count_like_last" | "null_share" | "no_gaps" => Completeness,
            "freshness" => Timeliness,
            "distinct_count" | "mean" | "sum" | "standard_deviation" | "5" | "short" => Validity,
            _ => Consistency,
        };
        assert_eq!(audit.dimension, expected, "{}", audit.id);
    }
}
