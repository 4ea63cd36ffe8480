//! Rules that a table keeps by itself.

use metalayer::core::{Action, CheckConstraint, Dataset, Kind, Predicate};
use metalayer::pg::CheckState;
use metalayer::prelude::*;
use metalayer::quality::when;
use tokio_postgres::error::SqlState;

use crate::support::Fresh;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.guests")]
struct Guest {
    #[column(critical)]
    name: Option<String>,
    email: Pii<Option<String>>,
    nights: Option<i32>,
}

const TABLE: Dataset = Dataset::of("hotel", "guests");
const THEIRS: &str = "CREATE SCHEMA hotel; \
    CREATE TABLE hotel.guests (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(80), email text, nights integer)";

fn guests() -> Judge<Guest> {
    RuleSet::<Guest>::new()
        .quarantine(Guest::NAME.not_blank())
        .abort(
            Guest::NAME
                .matches(r"^[^\d']+$")
                .named("name: no digits, it's a name"),
        )
        .quarantine(Guest::EMAIL.is_email())
        .quarantine(
            when(Guest::NAME.one_of(["Ada"])).then(Guest::NIGHTS.at_least(2).named("nights.min")),
        )
        .warn(Guest::NIGHTS.at_most(30))
        .quarantine(rule("name.lucky", 1, |_: &Guest| true))
        .build()
        .unwrap()
}

fn checks() -> Vec<CheckConstraint> {
    guests().check_constraints(&TABLE)
}

async fn states(fresh: &Fresh, checks: &[CheckConstraint]) -> Result<Vec<CheckState>> {
    let added = fresh.database.add_checks(checks).await?;
    for (added, check) in added.iter().zip(checks) {
        assert_eq!((&added.name, &added.rule), (&check.name, &check.rule));
    }
    Ok(added.iter().map(|check| check.state).collect())
}

/// Every constraint of the table, and the version of its row in the catalogue.
async fn catalogue(fresh: &Fresh) -> String {
    const LIST: &str = "SELECT string_agg(concat_ws(' ', oid, xmin, conname, convalidated), '; ' ORDER BY oid) \
        FROM pg_constraint WHERE conrelid = 'hotel.guests'::regclass AND contype = 'c'";
    fresh.one(LIST).await
}

async fn insert(fresh: &Fresh, values: &str) -> Option<String> {
    let client = fresh.database.client().await.unwrap();
    let insert = format!("INSERT INTO hotel.guests (name, email, nights) VALUES {values}");
    let error = client.batch_execute(&insert).await.err()?;
    assert_eq!(error.code(), Some(&SqlState::CHECK_VIOLATION), "{error:?}");
    error.as_db_error()?.constraint().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_refuses_what_its_rule_holds_back() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let checks = checks();
    assert_eq!(checks.len(), 4, "neither the warning nor the closure");
    assert_eq!(
        states(&fresh, &checks).await.unwrap(),
        [CheckState::Validated; 4]
    );
    for good in [
        "('Ada', 'a@example.com', 2)",
        "('Bo', NULL, NULL)",
        "('日本', NULL, 99)",
    ] {
        assert_eq!(insert(&fresh, good).await, None, "{good}");
    }
    let refused = [
        ("(NULL, NULL, 1)", "name.not_blank"),
        (r"(E'\u00a0', NULL, 1)", "name.not_blank"),
        ("('R2', NULL, 1)", "name: no digits, it's a name"),
        ("('Bo', 'bo at example', 1)", "email.format"),
        ("('Ada', NULL, 1)", "nights.min"),
    ];
    for (bad, constraint) in refused {
        assert_eq!(
            insert(&fresh, bad).await.as_deref(),
            Some(constraint),
            "{bad}"
        );
    }
    assert_eq!(fresh.one("SELECT count(*) FROM hotel.guests").await, "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn called_again_it_changes_nothing() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    states(&fresh, &checks()).await.unwrap();
    let before = catalogue(&fresh).await;
    assert_eq!(before.matches("; ").count(), 3, "{before}");
    assert_eq!(
        states(&fresh, &checks()).await.unwrap(),
        [CheckState::Validated; 4]
    );
    assert_eq!(catalogue(&fresh).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_that_are_there_stay_and_are_reported() {
    use CheckState::{Validated, Violated};
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    assert_eq!(
        insert(&fresh, "('Ada', 'canary', 7), (NULL, NULL, 1)").await,
        None
    );
    let added = fresh.database.add_checks(&checks()).await.unwrap();
    let states_now: Vec<CheckState> = added.iter().map(|check| check.state).collect();
    assert_eq!(states_now, [Violated, Validated, Violated, Validated]);
    assert!(!format!("{added:?}").contains("canary"));
    assert_eq!(
        insert(&fresh, "(NULL, NULL, 1)").await.as_deref(),
        Some("name.not_blank")
    );
    let before = catalogue(&fresh).await;
    assert_eq!(states(&fresh, &checks()).await.unwrap(), states_now);
    assert_eq!(catalogue(&fresh).await, before);

    fresh
        .run("DELETE FROM hotel.guests WHERE name IS NULL")
        .await;
    assert_eq!(
        states(&fresh, &checks()).await.unwrap(),
        [Validated, Validated, Violated, Validated]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_one_of_the_name_is_an_error_and_nothing_is_added() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let others = [
        r#"CHECK (nights > 0)"#,
        r#"UNIQUE (email)"#,
        r#"CHECK (nights IS NULL) NO INHERIT NOT VALID"#,
    ];
    for other in others {
        fresh
            .run(&format!(
                r#"ALTER TABLE hotel.guests ADD CONSTRAINT "nights.min" {other}"#
            ))
            .await;
        let before = catalogue(&fresh).await;
        let error = fresh.database.add_checks(&checks()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Contract, "{error:?}");
        assert!(
            error
                .to_string()
                .contains(r#""nights.min" of hotel.guests"#),
            "{error}"
        );
        assert_eq!(catalogue(&fresh).await, before);
        fresh
            .run(r#"ALTER TABLE hotel.guests DROP CONSTRAINT "nights.min""#)
            .await;
    }
    states(&fresh, &checks()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named() {
    let fresh = Fresh::empty().await;
    let error = fresh.database.add_checks(&checks()).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no table hotel.guests");
    fresh
        .run("CREATE SCHEMA hotel; CREATE TABLE hotel.guests (name text)")
        .await;
    let error = fresh.database.add_checks(&checks()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Storage);
    assert!(
        error.chain().contains(r#"column "email" does not exist"#),
        "{}",
        error.chain()
    );
    assert_eq!(catalogue(&fresh).await, "NULL");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_one_after_the_other() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let checks = checks();
    let (one, other) = tokio::join!(states(&fresh, &checks), states(&fresh, &checks));
    assert_eq!(one.unwrap(), [CheckState::Validated; 4]);
    assert_eq!(other.unwrap(), [CheckState::Validated; 4]);
    assert_eq!(catalogue(&fresh).await.matches("; ").count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_above_63_bytes_stay_apart_in_the_catalogue() {
    let fresh = Fresh::empty().await;
    fresh.run(THEIRS).await;
    let long = |end: &str, least: i32| {
        let rule = format!("{}{end}", "nächte.".repeat(12));
        let sql = format!(r#""nights" > {least} -- {end}"#);
        CheckConstraint::new(&TABLE, &Predicate::new(rule, Action::Quarantine, sql))
    };
    let checks = [long("a", 1), long("b", 2)];
    assert_eq!(
        states(&fresh, &checks).await.unwrap(),
        [CheckState::Validated; 2]
    );
    let before = catalogue(&fresh).await;
    assert_eq!(
        states(&fresh, &checks).await.unwrap(),
        [CheckState::Validated; 2]
    );
    assert_eq!(catalogue(&fresh).await, before);
    let refused = insert(&fresh, "('Bo', NULL, 2)").await;
    assert_eq!(refused.as_deref(), Some(checks[1].name.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_in_partitions_is_one_table() {
    let fresh = Fresh::empty().await;
    fresh
        .run(
            "CREATE SCHEMA hotel; CREATE TABLE hotel.guests (nights integer, email text, name text) PARTITION BY LIST (nights); \
             CREATE TABLE hotel.short PARTITION OF hotel.guests FOR VALUES IN (1); \
             CREATE TABLE hotel.long PARTITION OF hotel.guests DEFAULT; \
             INSERT INTO hotel.guests (name, nights) VALUES ('Bo', 1), (NULL, 9)",
        )
        .await;
    let audit = guests().table_audit(&TABLE).samples(3);
    let report = fresh.database.audit_table(&audit).await.unwrap();
    assert_eq!((report.card.read, report.card.quarantined), (2, 1));
    let place = report.samples["name.not_blank"][0].to_string();
    assert_eq!(place, "hotel.long at (0,1)");
    let once = states(&fresh, &checks()).await.unwrap();
    assert_eq!(once[..2], [CheckState::Violated, CheckState::Validated]);
    let before = catalogue(&fresh).await;
    assert_eq!(states(&fresh, &checks()).await.unwrap(), once);
    assert_eq!(catalogue(&fresh).await, before);
    let refused = insert(&fresh, "(NULL, NULL, 1)").await;
    assert_eq!(refused.as_deref(), Some("name.not_blank"));
}
