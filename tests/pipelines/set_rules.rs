//! Rules about the rows of a load together: what they hold back, what they tolerate, and what the ledger says of it.

use metalayer::core::{
    Action, Audit, Audited, Dimension, Fingerprint, Kind, LoadKey, Memory, Records, Tolerance,
    Verdict,
};
use metalayer::pg::Joined;
use metalayer::prelude::*;
use metalayer::quality::RuleSet;
use metalayer::quality::audits::{self, condition, determines, null_share, references, unique};

use crate::support::{Fresh, begun};

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.lines")]
struct Line {
    id: i64,
    code: Option<String>,
    town: Option<String>,
    email: Pii<Option<String>>,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.lines", grain = "id")]
struct Clean {
    id: i64,
    code: Option<String>,
    town: Option<String>,
}

const PRODUCTS: metalayer::core::Dataset = metalayer::core::Dataset::of("silver", "products");
const HEADER: &str = "id,code,town,email\n";

fn table() -> Table {
    Table::landing(Contract::of::<Line>().unwrap())
}

fn merged() -> Table {
    let contract = Contract::of::<Clean>().unwrap();
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, merge)
}

async fn tables() -> Fresh {
    let fresh = Fresh::migrated().await;
    fresh.database.create(&table()).await.unwrap();
    fresh.database.create(&merged()).await.unwrap();
    fresh
        .run("CREATE TABLE silver.products (code text COLLATE \"C\"); INSERT INTO silver.products VALUES ('a'), ('b')")
        .await;
    fresh
}

fn once() -> Audit {
    unique("id").unwrap().quarantine().unwrap()
}

fn known() -> Audit {
    let known = references("code", &PRODUCTS, "code").unwrap();
    known.quarantine().unwrap()
}

fn rules() -> RuleSet<Line> {
    RuleSet::new().quarantine(Line::ID.at_least(0))
}

/// A feed of a file; it goes with its folder.
struct Csv(tempfile::TempDir);

impl Csv {
    fn new(rows: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("lines.csv"), format!("{HEADER}{rows}")).unwrap();
        Csv(folder)
    }

    fn feed(&self, rules: RuleSet<Line>) -> CsvFile<Line> {
        CsvFile::new(self.0.path().join("lines.csv"), rules.build().unwrap())
    }
}

async fn load(fresh: &Fresh, rows: &str, flow: &Flow) -> Result<Outcome> {
    let csv = Csv::new(rows);
    let mut store = Store::new(&fresh.database, &table());
    flow.run(&mut csv.feed(rules()), &mut store).await
}

const ROWS: &str = "SELECT string_agg(_record_no || ':' || id, ' ' ORDER BY _load_id, _record_no) FROM bronze.lines";
const HELD: &str = "SELECT string_agg(record_no || ' ' || rule, ', ' ORDER BY record_no, rule) FROM meta.v_quarantine";

/// Ids repeat, codes are unknown, and a rule about records holds some back, too.
fn messy() -> String {
    (1..=600)
        .map(|n| {
            let id = if n % 50 == 0 { -1 } else { n % 97 };
            let code = ["a", "b", "c", ""][n as usize % 4];
            format!("{id},{code},t{},x{n}@example.com\n", n % 5)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_does_not_depend_on_chunks() {
    let rows = messy();
    let mut seen = Vec::new();
    for chunk in [1, 7, 10_000] {
        let fresh = tables().await;
        let csv = Csv::new(&rows);
        let mut store = Store::new(&fresh.database, &table());
        let flow = Flow::new(Gate::off()).audit(once()).audit(known());
        let mut feed = csv.feed(rules()).chunk(chunk);
        let outcome = flow.run(&mut feed, &mut store).await.unwrap();
        let Outcome::Applied(receipt) = outcome else {
            panic!("{outcome:?}")
        };
        let card = receipt.card;
        assert!(card.is_conserved());
        assert_eq!(card.read, 600);
        let kept = "SELECT rows_accepted || ' ' || rows_quarantined || ' ' || quarantine_kept FROM meta.load";
        assert_eq!(
            fresh.one(kept).await,
            format!("{0} {1} {1}", card.accepted, card.quarantined)
        );
        assert_eq!(
            fresh.one("SELECT count(*) FROM bronze.lines").await,
            card.accepted.to_string()
        );
        let quarantine = "SELECT string_agg(concat_ws(' ', record_no, line_no, byte_offset, convert_from(raw, 'UTF8'), violations), E'\\n' ORDER BY record_no) FROM meta.quarantine";
        seen.push((
            fresh.one(ROWS).await,
            fresh.one(quarantine).await,
            card.rules.clone(),
        ));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    // Of the records with one id the first in the file stays, although it came in an earlier chunk. The 2nd has an
    // unknown code, the 50th an id that a rule about records refuses, so the 147th is the first one with 50.
    let (rows, _, counts) = &seen[0];
    assert!(rows.starts_with("1:1 3:3 4:4 5:5 7:7 "), "{rows}");
    assert!(rows.ends_with(" 96:96 97:0 147:50"), "{rows}");
    assert_eq!(counts["id.range"].violations, 12);
    assert_eq!(counts["id.unique"].violations, 588 - 97);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_audit_never_hides_another() {
    let fresh = tables().await;
    let town = determines("code", "town").unwrap().warn();
    let flow = Flow::new(Gate::off())
        .audit(null_share("code", 0.0).unwrap().warn())
        .audit(once())
        .audit(town)
        .audit(known());
    // The third is a duplicate, an orphan, and torn; the fifth only torn, which is but a warning.
    let rows = "1,a,x,\n2,b,x,\n1,z,x,canary@example.com\n3,,x,\n4,z,y,\n";
    let flow_rules = flow.audits().len();
    let outcome = load(
        &fresh,
        rows,
        &flow.audit(condition("town.known", "town = 'x'").unwrap().warn()),
    )
    .await
    .unwrap();
    let Outcome::Applied(receipt) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(flow_rules, 4);
    assert_eq!((receipt.card.accepted, receipt.card.quarantined), (3, 2));
    let violations = |rule: &str| receipt.card.rules[rule].violations;
    assert_eq!(violations("id.unique"), 1);
    assert_eq!(violations("code.references.silver.products"), 2);
    assert_eq!(violations("code.determines.town"), 2);
    assert_eq!(violations("town.known"), 1);
    assert_eq!(
        violations("code.null_share"),
        1,
        "of all rows, before any went"
    );
    assert_eq!(fresh.one(ROWS).await, "1:1 2:2 4:3");
    assert_eq!(
        fresh.one(HELD).await,
        "3 code.determines.town, 3 code.references.silver.products, 3 id.unique, \
         5 code.determines.town, 5 code.references.silver.products, 5 town.known"
    );
    let third = "FROM meta.v_quarantine WHERE record_no = 3 AND rule = 'id.unique'";
    assert_eq!(
        fresh
            .one(&format!(
                "SELECT concat_ws('; ', columns, expected, found, line_no, byte_offset) {third}"
            ))
            .await,
        r#"["id"]; one row for each id; a row that the query of id.unique returned"#
    );
    assert_eq!(
        fresh
            .one(&format!("SELECT convert_from(raw, 'UTF8')::jsonb {third}"))
            .await,
        r#"{"id": 1, "code": "z", "town": "x", "email": "canary@example.com"}"#
    );
    assert_eq!(
        fresh
            .one("SELECT count(*) FROM meta.quarantine WHERE violations::text LIKE '%canary%'")
            .await,
        "0"
    );
    let judged = "(SELECT encode(rule_set, 'hex') FROM meta.load)";
    assert_eq!(
        fresh
            .one(&format!("SELECT rule_set = {judged} {third}"))
            .await,
        "true"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_load_keeps_what_its_audits_held_back() {
    let fresh = tables().await;
    let flow = Flow::new(Gate::default()).audit(once()).audit(known());
    let rows = "1,a,x,\n1,a,x,\n2,z,x,\n-1,a,x,\n";
    let outcome = load(&fresh, rows, &flow).await.unwrap();
    let Outcome::Refused(receipt) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((receipt.card.accepted, receipt.card.quarantined), (1, 3));
    let why = "3 of 4 records quarantined (75.00 %), at most 5 % allowed";
    assert_eq!(receipt.verdict, Verdict::Refused(why.into()));
    assert_eq!(fresh.one("SELECT count(*) FROM bronze.lines").await, "0");
    assert_eq!(
        fresh.one(HELD).await,
        "2 id.unique, 3 code.references.silver.products, 4 id.range"
    );
}

/// What is held back is more than may wait in memory, so that the savepoint is gone when the load is refused.
#[tokio::test(flavor = "multi_thread")]
async fn more_than_may_wait_is_written_and_the_rows_still_go() {
    let fresh = tables().await;
    let town = "t".repeat(90_000);
    let rows: String = (0..300)
        .map(|n| format!("{},a,{town},\n", n % 100))
        .collect();
    for (gate, kept) in [(Gate::default(), "0"), (Gate::off(), "100")] {
        let outcome = load(&fresh, &rows, &Flow::new(gate).audit(once()))
            .await
            .unwrap();
        let card = &outcome.receipt().unwrap().card;
        assert_eq!((card.accepted, card.quarantined), (100, 200));
        assert_eq!(fresh.one("SELECT count(*) FROM bronze.lines").await, kept);
    }
    let cut = "SELECT count(*) FROM meta.quarantine WHERE octet_length(raw) = 65536 AND raw_length > 90000";
    assert_eq!(fresh.one(cut).await, "400");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_transaction_of_the_host() {
    let fresh = tables().await;
    let mut client = fresh.database.client().await.unwrap();
    let client: &mut tokio_postgres::Client = &mut client;
    let mut tx = client.transaction().await.unwrap();
    tx.batch_execute("INSERT INTO silver.products VALUES ('new')")
        .await
        .unwrap();
    let csv = Csv::new("1,new,x,\n1,a,x,\n2,z,x,\n");
    let flow = Flow::new(Gate::off()).audit(once()).audit(known());
    let mut store = Joined::new(&mut tx, &table());
    let outcome = flow.run(&mut csv.feed(rules()), &mut store).await.unwrap();
    assert!(matches!(outcome, Outcome::Applied(_)), "{outcome:?}");
    drop(store);
    let refused = Csv::new("7,a,x,\n7,a,x,\n");
    let mut store = Joined::new(&mut tx, &table());
    let flow = Flow::new(Gate::default()).audit(once());
    let outcome = flow
        .run(&mut refused.feed(rules()), &mut store)
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    drop(store);
    assert_eq!(fresh.one("SELECT count(*) FROM meta.load").await, "0");
    tx.commit().await.unwrap();
    assert_eq!(fresh.one(ROWS).await, "1:1");
    assert_eq!(
        fresh.one(HELD).await,
        "2 id.unique, 2 id.unique, 3 code.references.silver.products"
    );
}

fn clean(line: Line, _: &mut Report) -> Option<Clean> {
    Some(Clean {
        id: line.id,
        code: line.code,
        town: line.town,
    })
}

/// Each input is judged by itself: the first one passes, the second one is held.
#[tokio::test(flavor = "multi_thread")]
async fn in_an_increment() {
    let rows = [
        "1,a,x,\n2,a,x,\n1,b,y,\n3,z,x,\n",
        "4,a,x,\n4,b,x,\n4,z,x,\n",
    ];
    let mut seen = Vec::new();
    for batch in [1, 3, 5_000] {
        let fresh = tables().await;
        for rows in rows {
            load(&fresh, rows, &Flow::new(Gate::off())).await.unwrap();
        }
        let contract = Contract::of::<Line>().unwrap();
        let increment = Increment::new(&fresh.database, "clean", &contract, &merged())
            .rules(Fingerprint::of("clean"))
            .batch(batch);
        let half = Gate {
            share: 0.5,
            records: 100,
        };
        let flow = Flow::new(half).audit(once()).audit(known());
        let advance = increment.run(&flow, Line::blank(), &clean).await.unwrap();
        let card = &advance.applied.as_ref().unwrap().card;
        assert_eq!((card.read, card.accepted, card.quarantined), (4, 2, 2));
        let card = &advance.held[0].card;
        assert_eq!((card.read, card.accepted, card.quarantined), (3, 1, 2));
        assert_eq!(
            fresh
                .one("SELECT string_agg(id || code || town, ' ' ORDER BY id) FROM silver.lines")
                .await,
            "1ax 2ax"
        );
        let judged = flow.rules(Fingerprint::of("clean"));
        let held = format!(
            "SELECT string_agg(concat_ws(' ', dataset, load_state, held.origin_load, record_no, rule, convert_from(held.raw, 'UTF8')), E'\\n' ORDER BY held.origin_load, record_no, rule) \
            FROM meta.v_quarantine AS v JOIN meta.quarantine AS held USING (load_id, record_no) \
            WHERE v.rule_set = '{judged}'"
        );
        seen.push(fresh.one(&held).await);
    }
    assert_eq!(
        seen[0],
        "silver.lines applied 1 3 id.unique {\"id\": 1, \"code\": \"b\", \"town\": \"y\"}\n\
         silver.lines applied 1 4 code.references.silver.products {\"id\": 3, \"code\": \"z\", \"town\": \"x\"}\n\
         silver.lines refused 2 2 id.unique {\"id\": 4, \"code\": \"b\", \"town\": \"x\"}\n\
         silver.lines refused 2 3 code.references.silver.products {\"id\": 4, \"code\": \"z\", \"town\": \"x\"}\n\
         silver.lines refused 2 3 id.unique {\"id\": 4, \"code\": \"z\", \"town\": \"x\"}"
    );
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tolerance_refuses_beyond_it_and_not_before() {
    let fresh = tables().await;
    let rows = "1,a,x,\n1,a,x,\n1,a,x,\n2,a,x,\n-1,a,x,\n";
    let refusal = async |audit: Audit| {
        let flow = Flow::new(Gate::off()).audit(audit);
        let outcome = load(&fresh, rows, &flow).await.unwrap();
        let receipt = outcome.receipt().unwrap().clone();
        fresh
            .run("UPDATE meta.load SET state = 'unloaded' WHERE state = 'applied'")
            .await;
        let why = match receipt.verdict {
            Verdict::Applied => String::from("applied"),
            Verdict::Refused(why) => why,
        };
        (receipt.card.quarantined, why)
    };
    let unique = || unique("id").unwrap();
    let applied = |held| (held, String::from("applied"));
    assert_eq!(
        refusal(once().tolerating(Tolerance::records(2))).await,
        applied(3)
    );
    assert_eq!(
        refusal(unique().tolerating(Tolerance::share(0.4))).await,
        applied(3),
        "aborts beyond"
    );
    assert_eq!(
        refusal(unique().warn().tolerating(Tolerance::share(0.4))).await,
        applied(1)
    );
    assert_eq!(
        refusal(once().tolerating(Tolerance::records(1))).await,
        (
            3,
            String::from("rule id.unique: 2 violations, at most 1 allowed")
        )
    );
    assert_eq!(
        refusal(unique().warn().tolerating(Tolerance::share(0.39))).await,
        (
            1,
            String::from(
                "rule id.unique: 2 violations in 5 records (40.00 %), at most 39 % allowed"
            )
        )
    );
    assert_eq!(
        refusal(unique()).await,
        (
            1,
            String::from("rule id.unique aborts: 2 violations, none allowed")
        )
    );
    let stored = "SELECT string_agg(concat_ws(' ', action, dimension, tolerance_share, tolerance_records), ', ' ORDER BY load_id) FROM meta.rule_result WHERE rule = 'id.unique'";
    assert_eq!(
        fresh.one(stored).await,
        "quarantine uniqueness 1 2, abort uniqueness 0.4 9223372036854775807, warn uniqueness 0.4 9223372036854775807, \
         quarantine uniqueness 1 1, warn uniqueness 0.39 9223372036854775807, abort uniqueness 0 0"
    );
    let none = "SELECT DISTINCT concat_ws(' ', action, dimension, tolerance_share, tolerance_records) FROM meta.rule_result WHERE rule = 'id.range'";
    assert_eq!(fresh.one(none).await, "quarantine validity");
}

/// A rule about records refuses by its own tolerance, wherever its violations are.
#[tokio::test(flavor = "multi_thread")]
async fn a_tolerance_of_a_rule_holds_in_every_chunk() {
    let fresh = tables().await;
    let csv = Csv::new("1,a,x,\n2,a,x,\n3,a,x,\n-1,a,x,\n4,a,x,\n-2,a,x,\n");
    for (most, refused) in [(2, false), (1, true)] {
        fresh.run("UPDATE meta.load SET state = 'unloaded'").await;
        let rule = Line::ID.at_least(0).tolerating(Tolerance::records(most));
        let rule = rule.dimension(Dimension::Accuracy);
        let mut feed = csv.feed(RuleSet::new().abort(rule)).chunk(1);
        let mut store = Store::new(&fresh.database, &table());
        let outcome = Flow::new(Gate::off())
            .run(&mut feed, &mut store)
            .await
            .unwrap();
        assert_eq!(
            matches!(outcome, Outcome::Refused(_)),
            refused,
            "{outcome:?}"
        );
        let card = &outcome.receipt().unwrap().card;
        assert_eq!(card.rules["id.range"].dimension, Dimension::Accuracy);
        assert_eq!((card.read, card.quarantined), (6, 2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_has_the_scores_of_the_card() {
    let fresh = tables().await;
    let flow = Flow::new(Gate::off())
        .audit(once())
        .audit(known())
        .audit(audits::row_count(9..).warn());
    let outcome = load(&fresh, "1,a,x,\n1,a,x,\n2,z,x,\n-1,a,x,\n", &flow)
        .await
        .unwrap();
    let card = &outcome.receipt().unwrap().card;
    assert_eq!(card.score(Dimension::Uniqueness), Some(0.75));
    assert_eq!(card.score(Dimension::Completeness), Some(0.75));
    for dimension in Dimension::ALL {
        let score = card
            .score(dimension)
            .map_or(String::from("NULL"), |score| format!("{:.12}", score));
        let stored = format!(
            "(SELECT round(score::numeric, 12) FROM meta.v_scorecard WHERE dimension = '{dimension}' AND dataset = 'bronze.lines')"
        );
        assert_eq!(fresh.one(&stored).await, score, "{dimension}");
    }
    load(&fresh, "", &flow).await.unwrap();
    let empty = "SELECT count(*) FILTER (WHERE score IS NULL) = count(*) FROM meta.v_scorecard WHERE load_id = 2";
    assert_eq!(fresh.one(empty).await, "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_rows_of_the_load_are_held_back() {
    let fresh = tables().await;
    load(&fresh, "1,a,x,\n", &Flow::new(Gate::off()))
        .await
        .unwrap();
    let of_another = r#"SELECT "_load_id", "_record_no" FROM bronze.lines"#;
    let of_nothing = r#"SELECT NULL::bigint AS "_load_id", 1 AS "_record_no" FROM {rows} AS r"#;
    for sql in [of_another, of_nothing] {
        let stranger = Audit::of_rows("stranger", sql).quarantine().unwrap();
        let flow = Flow::new(Gate::off()).audit(stranger);
        let error = load(&fresh, "2,a,x,\n", &flow).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Contract, "{error:?}");
        assert!(
            error
                .to_string()
                .starts_with("audit stranger returned a row"),
            "{error}"
        );
    }
    let mut figure = Audit::new("figure", "SELECT 1");
    figure.action = Action::Quarantine;
    let flow = Flow::new(Gate::off()).audit(figure.clone());
    let error = load(&fresh, "2,a,x,\n", &flow).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract, "{error:?}");
    assert_eq!(fresh.one(ROWS).await, "1:1");

    let mut plan = crate::retail::star::star().unwrap();
    plan.checks.push(figure);
    let error = Refresh::new(&fresh.database, plan).unwrap_err();
    assert_eq!(error.kind(), Kind::Contract, "{error:?}");
    assert!(error.to_string().contains("check figure cannot"), "{error}");
}

#[tokio::test]
async fn memory_says_that_it_cannot() {
    let flow = Flow::new(Gate::off()).audit(once());
    let line = Line {
        id: 1,
        code: None,
        town: None,
        email: Pii::new(None),
    };
    let mut store = Memory::<Line>::default();
    let outcome = flow
        .run(&mut Records::new("lines", vec![line]), &mut store)
        .await;
    assert_eq!(outcome.unwrap_err().kind(), Kind::Config);
    let key = LoadKey {
        source: String::from("x"),
        sha256: None,
        rules: Fingerprint::of(""),
    };
    let mut load = begun(metalayer::core::Store::begin(&mut store, key).await);
    let audited = metalayer::core::Load::audit(&mut load, flow.audits()).await;
    assert_eq!(audited.unwrap(), Audited::unsupported(flow.audits()));
}

/// The two files as they are, with a load between them that an older program wrote.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_back_before_gets_the_rules_of_its_load() {
    let fresh = Fresh::empty().await;
    fresh.run("CREATE SCHEMA meta").await;
    fresh
        .run(include_str!("../../crates/ml-pg/migrations/V1__meta.sql"))
        .await;
    fresh
        .run(
            "INSERT INTO meta.load (dataset, source, rule_set, rows_read, rows_accepted, rows_quarantined) \
             VALUES ('b.a', 'a.csv', sha256('a'), 3, 2, 1), ('b.a', 'b.csv', sha256('b'), 3, 2, 1);
             INSERT INTO meta.rule_result VALUES (1, 'n.range', 'warn', 1);
             INSERT INTO meta.quarantine (load_id, origin_load, record_no, raw_length, violations) \
             VALUES (1, 1, 3, 0, '[{\"rule\": \"n.range\"}]'), (2, 2, 3, 0, '[{\"rule\": \"n.range\"}]')",
        )
        .await;
    fresh
        .run(include_str!(
            "../../crates/ml-pg/migrations/V2__dimensions.sql"
        ))
        .await;
    let rules = "SELECT bool_and(rule_set = encode(sha256(left(source, 1)::bytea), 'hex')) AND count(*) = 2 FROM meta.v_quarantine";
    assert_eq!(fresh.one(rules).await, "true");
    assert_eq!(
        fresh.one("SELECT count(*) FROM meta.v_scorecard").await,
        "0",
        "nobody said"
    );
}
