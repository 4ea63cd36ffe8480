//! A rule set over a table that is there already: what it counts, and of which state.

use metalayer::core::{Action, Audit, Contract, Dataset, Kind, Predicate, TableAudit, Verdict};
use metalayer::pg::RowAt;
use metalayer::prelude::*;
use metalayer::quality::audits;
use tokio_postgres::error::SqlState;

use crate::support::Fresh;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.visits", grain = "id")]
struct Visit {
    #[column(critical)]
    id: i64,
    email: Pii<Option<String>>,
    nights: i32,
}

const TABLE: Dataset = Dataset::of("hotel", "Visits {rows}");

/// Made by hand: other types of text, NULL where the contract has none, columns that nobody asked for.
const THEIRS: &str = r#"CREATE SCHEMA hotel;
    CREATE TABLE hotel."Visits {rows}" (extra jsonb, nights integer, email varchar(80), id bigint PRIMARY KEY);
    INSERT INTO hotel."Visits {rows}" (id, email, nights) VALUES
        (1, 'ada@example.com', 2), (2, 'canary', 3), (3, NULL, 0), (4, 'canary', -1), (5, 'b@example.com', NULL)"#;

fn visits() -> Judge<Visit> {
    RuleSet::<Visit>::new()
        .quarantine(Visit::ID.positive())
        .quarantine(Visit::NIGHTS.positive())
        .warn(Visit::EMAIL.is_email())
        .quarantine(rule("id.lucky", 1, |visit: &Visit| visit.id != 13))
        .build()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_nobody_of_ours_made() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let audit = visits()
        .table_audit(&TABLE)
        .audit(audits::row_count(1..))
        .audit(audits::unique("email").unwrap().warn())
        .audit(Audit::new(
            "visit.first",
            r#"SELECT 1 FROM {rows} AS r WHERE "_record_no" = 1"#,
        ))
        .samples(1);
    let report = fresh.database.audit_table(&audit).await.unwrap();
    let card = &report.card;
    assert_eq!((card.read, card.accepted, card.quarantined), (5, 2, 3));
    let violations = |rule: &str| card.rules[rule].violations;
    assert_eq!(violations("id.positive"), 0);
    assert_eq!(violations("nights.positive"), 2);
    assert_eq!(violations("nights.decode"), 1, "NULL in an i32");
    assert_eq!(violations("email.format"), 2);
    assert_eq!(violations("email.unique"), 1);
    assert_eq!(violations("visit.first"), 1);
    assert_eq!(violations("row_count"), 0);
    let verdict = Gate::off().verdict(card);
    assert!(matches!(verdict, Verdict::Refused(why) if why.contains("visit.first")));

    assert_eq!(report.left_out.len(), 1);
    assert_eq!(report.left_out[0].rule, "id.lucky");
    assert!(report.left_out[0].why.contains("Rust only"));
    assert!(!card.rules.contains_key("id.lucky"), "it was not counted");

    let sampled: Vec<&str> = report.samples.keys().map(String::as_str).collect();
    assert_eq!(
        sampled,
        ["email.format", "nights.decode", "nights.positive"]
    );
    let [RowAt::Tuple { table, ctid }] = &report.samples["nights.decode"][..] else {
        panic!("{:?}", report.samples);
    };
    let found = format!("SELECT id FROM {table} WHERE ctid = '{ctid}'");
    assert_eq!(fresh.one(&found).await, "5");
    assert!(!format!("{report:?}").contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_ours_says_which_records_offend() {
    let fresh = Fresh::migrated().await;
    let table = Table::landing(Contract::of::<Visit>().unwrap());
    fresh.database.create(&table).await.unwrap();
    fresh
        .run("INSERT INTO bronze.visits VALUES (1, NULL, 1, 7, 70), (2, NULL, 0, 7, 71), (3, NULL, 0, 7, 72)")
        .await;
    let audit = visits()
        .table_audit(table.dataset())
        .audit(Audit::new(
            "lineage",
            "SELECT 1 FROM {rows} AS r WHERE _load_id <> 7",
        ))
        .samples(5);
    let report = fresh.database.audit_table(&audit).await.unwrap();
    let shown: Vec<String> = report.samples["nights.positive"]
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["load 7, record 71", "load 7, record 72"]);
    assert_eq!(report.card.rules["lineage"].violations, 0);
    assert!(
        !report.card.rules.contains_key("nights.decode"),
        "the table keeps NULL out"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_judged_but_its_rows_have_no_place() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    fresh
        .run(r#"CREATE VIEW hotel.long AS SELECT * FROM hotel."Visits {rows}" WHERE nights > 0"#)
        .await;
    let audit = visits().table_audit(&Dataset::of("hotel", "long"));
    let report = fresh.database.audit_table(&audit).await.unwrap();
    assert_eq!((report.card.read, report.card.quarantined), (2, 0));
    let error = fresh.database.audit_table(&audit.samples(1)).await;
    assert_eq!(error.unwrap_err().kind(), Kind::Contract);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rows_and_no_rules_are_no_error() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    fresh
        .run(r#"CREATE TABLE hotel.bare (LIKE hotel."Visits {rows}" INCLUDING ALL)"#)
        .await;
    let bare = Dataset::of("hotel", "bare");
    let report = fresh
        .database
        .audit_table(&visits().table_audit(&bare))
        .await;
    let card = report.unwrap().card;
    assert_eq!((card.read, card.rules.len()), (0, 4));
    let none = TableAudit::new(Contract {
        dataset: TABLE,
        columns: Vec::new(),
        grain: Vec::new(),
    });
    let card = fresh.database.audit_table(&none).await.unwrap().card;
    assert_eq!((card.read, card.accepted, card.rules.len()), (5, 5, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_shape_is_named() {
    let fresh = Fresh::empty().await;
    fresh
        .run("CREATE SCHEMA hotel; CREATE TABLE hotel.other (nights bigint, id bigint, email char(9))")
        .await;
    let other = Dataset::of("hotel", "other");
    let error = fresh
        .database
        .audit_table(&visits().table_audit(&other))
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert_eq!(
        error.to_string(),
        "hotel.other is not as its contract says: column email is character, expected text; \
         column nights is bigint, expected integer"
    );
    fresh
        .run("ALTER TABLE hotel.other DROP id, DROP email, DROP nights, ADD id bigint")
        .await;
    let error = fresh
        .database
        .audit_table(&visits().table_audit(&other))
        .await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.ends_with("column email is missing; column nights is missing"),
        "{error}"
    );
    let nowhere = visits().table_audit(&Dataset::of("hotel", "none"));
    let error = fresh.database.audit_table(&nowhere).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no table hotel.none");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_rules_as_a_pass_takes() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let many = |count: usize| {
        let rule = |at: usize| {
            let sql = format!(r#""id" <> {at} -- {at}"#);
            Predicate::new(at.to_string(), Action::Quarantine, sql)
        };
        let mut audit = visits().table_audit(&TABLE);
        audit.rules = (0..count).map(rule).collect();
        audit
    };
    // One of the 1,600 is that the table lets NULL into a column.
    let report = fresh.database.audit_table(&many(1_599)).await.unwrap();
    assert_eq!((report.card.read, report.card.quarantined), (5, 5));
    assert_eq!(report.card.rules["5"].violations, 1);
    assert_eq!(report.card.rules["6"].violations, 0);
    let error = fresh.database.audit_table(&many(1_600)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
    assert!(error.to_string().contains("1601"), "{error}");
}

/// Every state has as many bad rows as good ones; each look at the table has another number of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_does_not_tear_it() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    fresh.run(r#"DELETE FROM hotel."Visits {rows}""#).await;
    let database = fresh.database.clone();
    let writer = tokio::spawn(async move {
        let client = database.client().await.unwrap();
        for at in (1_i64..).step_by(2) {
            let pair = format!(
                r#"INSERT INTO hotel."Visits {{rows}}" VALUES (NULL, 1, NULL, {at}), (NULL, 0, NULL, {at} + 1)"#
            );
            client.batch_execute(&pair).await.unwrap();
        }
    });
    let bad = "SELECT 1 FROM {rows} AS r, (SELECT pg_sleep(0.01)) AS pause WHERE nights <= 0";
    let audit = visits()
        .table_audit(&TABLE)
        .audit(Audit::new("bad", bad).warn())
        .audit(Audit::new("all", "SELECT 1 FROM {rows} AS r").warn());
    let mut sizes = Vec::new();
    for _ in 0..20 {
        let card = fresh.database.audit_table(&audit).await.unwrap().card;
        assert_eq!(card.quarantined * 2, card.read);
        assert_eq!(card.rules["nights.positive"].violations, card.quarantined);
        assert_eq!(card.rules["bad"].violations, card.quarantined);
        assert_eq!(card.rules["all"].violations, card.read);
        sizes.push(card.read);
    }
    writer.abort();
    assert!(writer.await.unwrap_err().is_cancelled());
    assert!(
        sizes.windows(2).filter(|pair| pair[0] < pair[1]).count() > 5,
        "{sizes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_writes_nothing_and_leaves_the_connection_whole() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let writing = r#"SELECT nextval('hotel.numbers') FROM {rows} AS r"#;
    fresh.run("CREATE SEQUENCE hotel.numbers").await;
    let audit = visits()
        .table_audit(&TABLE)
        .audit(Audit::new("writes", writing));
    let error = fresh.database.audit_table(&audit).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Storage);
    assert!(
        error.chain().contains("read-only transaction"),
        "{}",
        error.chain()
    );
    let again = fresh
        .database
        .audit_table(&visits().table_audit(&TABLE))
        .await;
    assert_eq!(again.unwrap().card.read, 5);
    fresh.run("SELECT nextval('hotel.numbers')").await;
}

/// Rows that the role may not see would be missing from the count.
#[tokio::test(flavor = "multi_thread")]
async fn row_security_is_an_error() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let role = format!("{}_reader", fresh.name);
    fresh
        .run(&format!(
            r#"ALTER TABLE hotel."Visits {{rows}}" ENABLE ROW LEVEL SECURITY; CREATE ROLE {role};
            GRANT USAGE ON SCHEMA hotel TO {role}; GRANT SELECT ON hotel."Visits {{rows}}" TO {role}"#
        ))
        .await;
    let options = format!("options=-c%20role%3D{role}");
    let glue = if fresh.url.contains('?') { '&' } else { '?' };
    let limited = crate::support::open(&format!("{}{glue}{options}", fresh.url), 1);
    let error = limited
        .audit_table(&visits().table_audit(&TABLE))
        .await
        .unwrap_err();
    let code = SqlState::INSUFFICIENT_PRIVILEGE;
    assert!(error.chain().contains(code.code()), "{}", error.chain());
    drop(limited);
    fresh
        .run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}
