//! What standardisers changed on the way into a table, and how a query explains a cell.

use metalayer::core::{
    Action, Dataset, Fingerprint, Judged, Kind, Load, LoadKey, Located, Position, Records,
    Store as _, Verdict, Violation,
};
use metalayer::prelude::*;
use metalayer::silver::standardise::{Conform, Standardiser, Text};

use crate::support::{Fresh, begun};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.customers", grain = "id")]
struct Customer {
    id: String,
    email: Pii<Option<String>>,
    region: Option<String>,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.customers", grain = "id")]
struct Clean {
    id: String,
    email: Pii<Option<String>>,
    region: Option<String>,
}

const HISTORY: &str = "SELECT string_agg(concat_ws(' ', change.step, change.column_name, change.standardiser, quote_nullable(change.old_text), '->', quote_nullable(change.new_text)), '; ' ORDER BY change.recorded_at, change.step)
FROM silver.customers AS customer
JOIN meta.v_change AS change
    ON change.dataset = 'silver.customers'
    AND change.load_id = customer.\"_load_id\"
    AND change.record_no = customer.\"_record_no\"";

fn standard(regions: &Conform) -> Standardise<Customer> {
    Standardise::new()
        .column(Customer::ID, Text::Trim.then(Text::Id))
        .column(Customer::EMAIL, Text::NonBlank.then(Text::Email))
        .column(Customer::REGION, Text::NonBlank.then(regions.clone()))
        .recorded()
}

fn clean(customer: Customer, _: &mut Report) -> Option<Clean> {
    Some(Clean {
        id: customer.id,
        email: customer.email,
        region: customer.region,
    })
}

fn customer(id: &str, email: &str, region: &str) -> Customer {
    Customer {
        id: id.to_owned(),
        email: Pii::new(Some(email.to_owned())),
        region: Some(region.to_owned()),
    }
}

/// Lands customers, and takes them into silver.
async fn advance<S>(fresh: &Fresh, customers: Vec<Customer>, stage: &S, gate: Gate) -> Result<()>
where
    S: Stage<Customer, Out = Clean> + Sync,
{
    let landing = Table::landing(Contract::of::<Customer>()?);
    let contract = Contract::of::<Clean>()?;
    let merge = Merge::on_grain(&contract)?;
    let merged = Table::merged(contract, merge);
    fresh.database.create(&landing).await?;
    fresh.database.create(&merged).await?;
    let mut store = Store::new(&fresh.database, &landing);
    let mut feed = Records::new("customers.csv", customers);
    Flow::new(Gate::off()).run(&mut feed, &mut store).await?;
    let from = Contract::of::<Customer>()?;
    let increment = Increment::new(&fresh.database, "customers", &from, &merged).batch(2);
    let blank = Customer::blank();
    increment.run(&Flow::new(gate), blank, stage).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_explains_a_cell() {
    let fresh = Fresh::migrated().await;
    fresh
        .run(
            "CREATE SCHEMA IF NOT EXISTS silver;
             CREATE TABLE silver.region_map (spelling text PRIMARY KEY, region text);
             INSERT INTO silver.region_map VALUES ('EU', 'Europe'), ('EMEA', 'Europe')",
        )
        .await;
    let kept = Dataset::of("silver", "region_map");
    let pairs = fresh.database.mapping(&kept, ["spelling", "region"]).await;
    let regions = Conform::agreed(pairs.unwrap()).unwrap();
    let customers = vec![
        customer("17850.0", "canary@EXAMPLE.com", " emea"),
        customer("17851", "canary@example.com", "Europe"),
        customer("17852", "canary@example.com", "\u{a0}"),
    ];
    let stage = standard(&regions).then(clean);
    let done = advance(&fresh, customers, &stage, Gate::default()).await;
    done.unwrap();
    let of = |id: &str| format!("{HISTORY} WHERE customer.id = '{id}'");
    assert_eq!(
        fresh.one(&of("17850")).await,
        "1 id id '17850.0' -> '17850'; 2 email email '***' -> '***'; \
         3 region non_blank ' emea' -> 'emea'; 4 region conform 'emea' -> 'Europe'"
    );
    assert_eq!(fresh.one(&of("17851")).await, "NULL", "nothing was changed");
    assert_eq!(
        fresh.one(&of("17852")).await,
        "1 region non_blank '\u{a0}' -> NULL"
    );
    let leaked = "SELECT count(*) FROM meta.change AS change WHERE change::text ILIKE '%canary%'";
    assert_eq!(fresh.one(leaked).await, "0");
    let source = "SELECT string_agg(DISTINCT source, ' ') FROM meta.v_change";
    assert_eq!(fresh.one(source).await, "customers.csv");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_on_has_no_history() {
    let fresh = Fresh::migrated().await;
    let refuse = |customer: Customer, report: &mut Report| {
        report.violate(Violation {
            rule: "id.format".to_owned(),
            columns: vec!["id".to_owned()],
            action: match customer.id.as_str() {
                "1" => Action::Quarantine,
                _ => Action::Warn,
            },
            expected: "another".to_owned(),
            found: customer.id.clone(),
        });
        Some(customer)
    };
    let stage = standard(&Conform::default()).then(refuse).then(clean);
    let customers = || vec![customer("1.0", "a@b.c", "x"), customer("2.0", "a@b.c", "x")];
    let done = advance(&fresh, customers(), &stage, Gate::off()).await;
    done.unwrap();
    let kept = "SELECT string_agg(record_no || ' ' || old_text, ', ') FROM meta.change";
    assert_eq!(fresh.one(kept).await, "2 2.0", "record 1 was held back");

    let refused = Fresh::migrated().await;
    let done = advance(&refused, customers(), &stage, Gate::default()).await;
    done.unwrap();
    let loads = "SELECT count(*) FROM meta.load WHERE state = 'refused'";
    assert_eq!(refused.one(loads).await, "1");
    assert_eq!(refused.one("SELECT count(*) FROM meta.change").await, "0");
}

/// The same for a load of its own, in which changes wait while rows are sent.
#[tokio::test(flavor = "multi_thread")]
async fn changes_go_with_the_rows_of_their_load() {
    let fresh = Fresh::migrated().await;
    let table = Table::landing(Contract::of::<Customer>().unwrap());
    fresh.database.create(&table).await.unwrap();
    let mut store = Store::new(&fresh.database, &table);
    for (content, verdict, expected) in [
        ("refused", Verdict::Refused("for a test".to_owned()), "0"),
        ("applied", Verdict::Applied, "40000"),
    ] {
        let key = LoadKey {
            source: "customers.csv".to_owned(),
            sha256: Some(Fingerprint::of(content)),
            rules: Fingerprint::of(""),
        };
        let mut load = begun(store.begin(key).await);
        let mut card = Scorecard::default();
        for chunk in 0..4 {
            let batch = (1..=10_000).map(|record| Located {
                at: Position::new(load.id(), chunk * 10_000 + record),
                record: customer(&format!("{record}.0"), "a@b.c", &"long ".repeat(100)),
            });
            let stage = Standardise::new()
                .column(Customer::REGION, Text::Upper)
                .recorded();
            let judged = Judged::by(&stage, batch.collect(), chrono::Utc::now());
            card += &judged.card;
            load.write(judged).await.unwrap();
        }
        load.publish(verdict, card).await.unwrap();
        let changes = "SELECT count(*) FROM meta.change AS change JOIN bronze.customers AS customer ON \"_load_id\" = load_id AND \"_record_no\" = record_no WHERE new_text = upper(old_text)";
        assert_eq!(fresh.one(changes).await, expected);
        assert_eq!(
            fresh.one("SELECT count(*) FROM meta.change").await,
            expected
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_with_a_hole_is_refused() {
    let fresh = Fresh::migrated().await;
    fresh
        .run("CREATE TABLE public.m (a text, b text); INSERT INTO public.m VALUES ('b', 'B'), ('a', 'A')")
        .await;
    let read = async || {
        let table = Dataset::of("public", "m");
        fresh.database.mapping(&table, ["a", "b"]).await
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(read().await.unwrap(), [pair("a", "A"), pair("b", "B")]);
    fresh.run("INSERT INTO public.m VALUES ('c', NULL)").await;
    assert_eq!(read().await.unwrap_err().kind(), Kind::Contract);
    fresh.run("DROP TABLE public.m").await;
    assert_eq!(read().await.unwrap_err().kind(), Kind::Storage);
}
