//! Law: a rule gives the same truth in Rust and in PostgreSQL, for every value of every type.

mod rules;
mod tables;
mod trees;
pub(crate) mod values;

use std::collections::HashSet;
use std::sync::Arc;

use metalayer::core::{Encoded, Fields, Flow, Outcome, Records, Report, Row, Settled, Value};
use metalayer::prelude::*;
use metalayer::quality::Rule;

use self::trees::Trees;
use self::values::{Dice, hostile, ordinary};
use crate::support::Fresh;

const ROWS: usize = 4_000;

/// One truth a row: `None` is unknown.
type Truths = Vec<Option<bool>>;

fn rows(contract: &Arc<Contract>) -> Vec<Row> {
    let mut dice = Dice(20_261_124);
    let hostile: Vec<Vec<Value>> = contract
        .columns
        .iter()
        .map(|column| hostile(column.ty))
        .collect();
    for (column, values) in contract.columns.iter().zip(&hostile) {
        assert!(values.len() >= 100 || values.len() == 2, "{}", column.name);
    }
    let row = |number: usize| {
        let mut row = Row::new(Arc::clone(contract));
        for (ordinal, column) in contract.columns.iter().enumerate() {
            let hostile = &hostile[ordinal];
            let value = match dice.roll(8) {
                _ if number < hostile.len() => hostile[number].clone(),
                0 if column.nullable => Value::Null,
                0..4 => dice.one(hostile).clone(),
                // Often the same as its neighbour, as far as the type allows it.
                4 if ordinal > 0 && contract.columns[ordinal - 1].ty == column.ty => {
                    match row.field(ordinal - 1).to_value() {
                        Value::Null if !column.nullable => ordinary(column.ty, &mut dice),
                        value => value,
                    }
                }
                _ => ordinary(column.ty, &mut dice),
            };
            row.set(ordinal, value).unwrap();
        }
        row
    };
    (0..ROWS).map(row).collect()
}

/// A table with these rows, whose text columns have the most misleading collations there are.
async fn loaded(rows: Vec<Row>, contract: Contract) -> Fresh {
    let fresh = Fresh::migrated().await;
    let table = Table::landing(contract);
    fresh.database.create(&table).await.unwrap();
    let mut feed = Records::new("hostile", rows);
    let mut store = Store::new(&fresh.database, &table);
    let outcome = Flow::new(Gate::default())
        .run::<Encoded, _, _>(&mut feed, &mut store)
        .await
        .unwrap();
    assert!(matches!(outcome, Outcome::Applied(receipt) if receipt.card.accepted == ROWS as u64));
    mislead(&fresh).await;
    fresh
}

/// Gives the text columns collations that ignore case and accents; a server without ICU's data has none of these.
async fn mislead(fresh: &Fresh) {
    const COLLATIONS: &str = r#"CREATE COLLATION careless (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
        ALTER TABLE bronze.hostile ALTER "name" TYPE text COLLATE careless, ALTER "must" TYPE text COLLATE "de-x-icu""#;
    let client = fresh.database.client().await.unwrap();
    if let Err(error) = client.batch_execute(COLLATIONS).await {
        eprintln!("!!! WITHOUT MISLEADING COLLATIONS, which this server does not have: {error:?}");
    }
}

/// Whether the columns have the collations above.
async fn is_misled(fresh: &Fresh) -> bool {
    fresh
        .one("SELECT count(*) FROM pg_collation WHERE collname = 'careless'")
        .await
        == "1"
}

/// The rule and its opposite tell the three truths apart.
fn in_rust(rules: &[Rule], rows: &[Row], contract: &Contract) -> Vec<Truths> {
    let mut set = RuleSet::<Row>::new();
    for rule in rules {
        let opposite = Rule::new(format!("not {}", rule.id), rule.expr.clone().negated(), "");
        set = set.quarantine(rule.clone()).quarantine(opposite);
    }
    let (judge, mut report) = (set.build_for(contract).unwrap(), Report::at(rules::now()));
    let mut truths = vec![Vec::with_capacity(rows.len()); rules.len()];
    for row in rows {
        judge.judge(row, &[], &mut report);
        let violated: HashSet<String> = match report.settle(true) {
            Settled::Held(reasons) => reasons.into_iter().map(|reason| reason.rule).collect(),
            _ => HashSet::new(),
        };
        for (rule, truths) in rules.iter().zip(&mut truths) {
            truths.push(
                match (
                    violated.contains(&rule.id),
                    violated.contains(&format!("not {}", rule.id)),
                ) {
                    (true, false) => Some(false),
                    (false, true) => Some(true),
                    (false, false) => None,
                    (true, true) => panic!("{} is true and false", rule.id),
                },
            );
        }
    }
    truths
}

async fn in_sql(client: &tokio_postgres::Client, predicate: &str) -> Truths {
    let query = format!("SELECT ({predicate}) FROM bronze.hostile ORDER BY _record_no");
    let rows = client.query(&query, &[]).await;
    let rows = rows.unwrap_or_else(|error| panic!("{predicate}: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

/// The rows on which the two do not agree.
fn disagreements(rust: &Truths, sql: &Truths) -> Vec<usize> {
    assert_eq!(rust.len(), sql.len());
    (0..rust.len())
        .filter(|row| rust[*row] != sql[*row])
        .collect()
}

/// What a session may be set to must not matter.
const SETTINGS: [&str; 2] = [
    "SET TimeZone = 'UTC'",
    "SET TimeZone = 'Europe/Berlin'; SET DateStyle = 'SQL, DMY'; SET standard_conforming_strings = off; \
     SET escape_string_warning = off; SET extra_float_digits = -15",
];

#[tokio::test(flavor = "multi_thread")]
async fn differential_every_rule_in_two_executors() {
    let contract = rules::contract();
    let (rules, rows) = (rules::all(), rows(&Arc::new(contract.clone())));
    let rust = in_rust(&rules, &rows, &contract);
    let fresh = loaded(rows.clone(), contract.clone()).await;
    let client = fresh.database.client().await.unwrap();
    let mut wrong = Vec::new();
    for settings in SETTINGS {
        client.batch_execute(settings).await.unwrap();
        for (rule, rust) in rules.iter().zip(&rust) {
            let predicate = rule.sql_at(&contract, rules::now()).unwrap();
            let sql = in_sql(&client, &predicate).await;
            let rows_apart = disagreements(rust, &sql);
            if let Some(row) = rows_apart.first() {
                let columns: Vec<String> = rule
                    .expr
                    .columns()
                    .iter()
                    .map(|name| {
                        rows[*row]
                            .field(contract.ordinal(name).unwrap())
                            .to_string()
                    })
                    .collect();
                wrong.push(format!(
                    "{}: {} rows, {columns:?}: Rust {:?}, SQL {:?}: {predicate}",
                    rule.id,
                    rows_apart.len(),
                    rust[*row],
                    sql[*row]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let constant = rules
        .iter()
        .zip(&rust)
        .filter(|(_, truths)| !(truths.contains(&Some(true)) && truths.contains(&Some(false))));
    let constant: Vec<&str> = constant.map(|(rule, _)| rule.id.as_str()).collect();
    assert!(constant.is_empty(), "always the same: {constant:?}");
    println!(
        "{} rules, {} rows, {} settings: no disagreement",
        rules.len(),
        rows.len(),
        SETTINGS.len()
    );
}

/// Renderings that look right: each has a row that shows it is not.
const MISTAKES: [(&str, &str, &str); 16] = [
    ("name.equal", r#" COLLATE "C""#, ""),
    ("name.above", r#" COLLATE "C""#, ""),
    ("name.not_blank", r"\t\n\u000B\f\r ", " "),
    ("name.length", "char_length", "octet_length"),
    ("name_code \"x\".distinct", "IS DISTINCT FROM", "<>"),
    ("small.range", "<=", "<"),
    ("rate.positive", ">", ">="),
    ("price.scale", "min_scale", "scale"),
    ("local.not_before", "02:30:00", "03:30:00"),
    ("big.multiple_of", "mod(", "div("),
    ("upper IBAN", ", 97) = 1", ", 97) = 2"),
    ("must.luhn", "'246813579'", "'246813570'"),
    ("local_picked.within_days", "epoch", "day"),
    ("at.not_future", "02:30:00", "03:30:00"),
    ("day.recent", "2024-03-31", "2024-03-30"),
    ("name_small.present", "num_nonnulls", "num_nulls"),
];

#[tokio::test(flavor = "multi_thread")]
async fn differential_a_wrong_rendering_is_found() {
    let contract = rules::contract();
    let (rules, rows) = (rules::all(), rows(&Arc::new(contract.clone())));
    let rust = in_rust(&rules, &rows, &contract);
    let fresh = loaded(rows, contract.clone()).await;
    let client = fresh.database.client().await.unwrap();
    // Without another collation there is no mistake in leaving ours out.
    let visible = if is_misled(&fresh).await { 0 } else { 2 };
    for (id, right, wrong) in &MISTAKES[visible..] {
        let place = rules
            .iter()
            .position(|rule| rule.id.ends_with(&format!(": {id}")));
        let place = place.unwrap_or_else(|| panic!("there is no rule {id}"));
        let predicate = rules[place].sql_at(&contract, rules::now()).unwrap();
        let mistaken = predicate.replace(right, wrong);
        assert_ne!(predicate, mistaken, "{id}");
        let sql = in_sql(&client, &mistaken).await;
        assert!(
            !disagreements(&rust[place], &sql).is_empty(),
            "nobody saw {mistaken}"
        );
    }
}

/// Patterns at random, most of them nonsense: what both accept means the same, and both accept what binds.
#[tokio::test(flavor = "multi_thread")]
async fn differential_patterns_at_random() {
    const PARTS: [&str; 28] = [
        "a", "b", "A", "é", "😀", " ", "\\.", "-", ".", "\\d", "\\w", "\\s", "\\S", "[a-c]",
        "[^a]", "[\\wß]", "^", "$", "|", "(", ")", "(?:", "*", "+", "?", "{2}", "{0,1}", "@",
    ];
    const TEXTS: usize = 400;
    let contract = rules::contract();
    let (all, mut dice) = (rows(&Arc::new(contract.clone())), Dice(7));
    let must = metalayer::core::Column::<(), String>::new(2, "must");
    let rules: Vec<Rule> = (0..4_000)
        .map(|number| {
            let parts = (0..=dice.roll(6)).map(|_| *dice.one(&PARTS));
            must.matches(parts.collect::<String>())
                .named(number.to_string())
        })
        .filter(|rule| rule.sql_at(&contract, rules::now()).is_ok())
        .collect();
    let rust = in_rust(&rules, &all[..TEXTS], &contract);
    let fresh = loaded(all, contract.clone()).await;
    fresh
        .run(&format!(
            "DELETE FROM bronze.hostile WHERE _record_no > {TEXTS}"
        ))
        .await;
    let client = fresh.database.client().await.unwrap();
    let mut both = 0;
    for (rule, rust) in rules.iter().zip(&rust) {
        let sql = in_sql(&client, &rule.sql_at(&contract, rules::now()).unwrap()).await;
        assert_eq!(disagreements(rust, &sql), [0; 0], "{}", rule.expected);
        both += usize::from(rust.contains(&Some(true)) && rust.contains(&Some(false)));
    }
    println!("{} patterns, {both} of which tell texts apart", rules.len());
    assert!(both > 500, "{both}");
}

/// Expressions at random, four deep: what has a form in SQL has the same truth there.
#[tokio::test(flavor = "multi_thread")]
async fn differential_expressions_at_random() {
    let contract = rules::contract();
    let (all, mut dice) = (rows(&Arc::new(contract.clone())), Dice(11));
    let rules: Vec<Rule> = (0..300)
        .map(|number| {
            Rule::new(
                number.to_string(),
                Trees { dice: &mut dice }.condition(4),
                "something",
            )
        })
        .filter(|rule| rule.sql_at(&contract, rules::now()).is_ok())
        .collect();
    let rust = in_rust(&rules, &all, &contract);
    let fresh = loaded(all, contract.clone()).await;
    let client = fresh.database.client().await.unwrap();
    let mut both = 0;
    for (rule, rust) in rules.iter().zip(&rust) {
        let predicate = rule.sql_at(&contract, rules::now()).unwrap();
        let sql = in_sql(&client, &predicate).await;
        assert_eq!(
            disagreements(rust, &sql),
            [0; 0],
            "{}\n{predicate}",
            rule.expr
        );
        both += usize::from(rust.contains(&Some(true)) && rust.contains(&Some(false)));
    }
    println!(
        "{} expressions, {both} of which tell rows apart",
        rules.len()
    );
    assert!(both > 100, "{both}");
}
