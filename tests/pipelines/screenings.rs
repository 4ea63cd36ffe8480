//! Rows that may be one thing: found in a silver table, kept once, and decided by rules or people.

use metalayer::core::{Candidates, Kind, Records, RowId};
use metalayer::pg::{Screened, Screening};
use metalayer::prelude::*;
use metalayer::silver::{Matching, similarity};

use crate::support::Fresh;

#[derive(Debug, Clone, Record)]
#[record(dataset = "bronze.people")]
struct Raw {
    id: i64,
    name: String,
    #[column(pii)]
    email: Pii<Option<String>>,
    postcode: Option<String>,
}

#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.people", grain = "id")]
struct Clean {
    id: i64,
    name: String,
    #[column(pii)]
    email: Pii<Option<String>>,
    postcode: Option<String>,
}

/// Only what is compared, in another order than the table's.
#[derive(Debug, Clone, Record)]
#[record(dataset = "silver.people")]
struct Person {
    postcode: Option<String>,
    #[column(pii)]
    email: Pii<Option<String>>,
    name: String,
}

fn merged() -> Table {
    let contract = Contract::of::<Clean>().unwrap();
    let merge = Merge::on_grain(&contract).unwrap();
    Table::merged(contract, merge)
}

fn raw(id: i64, name: &str, email: Option<&str>, postcode: &str) -> Raw {
    Raw {
        id,
        name: name.to_owned(),
        email: Pii::new(email.map(String::from)),
        postcode: Some(postcode.to_owned()),
    }
}

fn clean(raw: Raw, _: &mut Report) -> Option<Clean> {
    Some(Clean {
        id: raw.id,
        name: raw.name,
        email: raw.email,
        postcode: raw.postcode,
    })
}

async fn take_in(fresh: &Fresh, source: &str, people: Vec<Raw>) {
    let flow = Flow::new(Gate::off());
    let contract = Contract::of::<Raw>().unwrap();
    let landing = Table::landing(contract.clone());
    for table in [&landing, &merged()] {
        fresh.database.create(table).await.unwrap();
    }
    let mut store = Store::new(&fresh.database, &landing);
    flow.run(&mut Records::new(source, people), &mut store)
        .await
        .unwrap();
    Increment::new(&fresh.database, "people", &contract, &merged())
        .run(&flow, Raw::blank(), &clean)
        .await
        .unwrap();
}

/// Two pairs alike in Berlin, one of them by rule, and somebody with the first one's name elsewhere.
async fn people() -> Fresh {
    let fresh = Fresh::migrated().await;
    let people = vec![
        raw(1, "Jon Smith", Some("jon@example.com"), "10115"),
        raw(2, "Smith, Jon", Some("jon@example.com"), "10115"),
        raw(3, "Ada Lovelace", None, "10115"),
        raw(4, "Ada Lovelase", Some("ada@example.com"), "10115"),
        raw(5, "Jon Smith", Some("jon@example.com"), "80331"),
    ];
    take_in(&fresh, "a", people).await;
    fresh
}

fn matching() -> Matching<Person> {
    Matching::within("postcode", |person: &Person| person.postcode.clone())
        .column(Person::NAME, 1, similarity::name)
        .column(Person::EMAIL, 1, similarity::email)
        .merge_when("same_email", |a, b| {
            a.email.reveal().is_some() && a.email == b.email
        })
}

fn screening(fresh: &Fresh) -> Screening {
    Screening::new(&fresh.database, "people", &merged())
}

async fn screen(fresh: &Fresh) -> Screened {
    let find = |rows| matching().find(rows);
    screening(fresh).run(Person::blank(), find).await.unwrap()
}

/// Pairs by the ids of their rows, with state, rule and blocks.
async fn kept(fresh: &Fresh) -> String {
    let pairs = "SELECT string_agg(concat_ws(' ', l.id, r.id, state, merge_rule, blocks::text), ', ' ORDER BY l.id, r.id) \
        FROM meta.duplicate_candidate AS c JOIN silver.people AS l ON l._row_id = c.left_row \
        JOIN silver.people AS r ON r._row_id = c.right_row WHERE c.dataset = 'silver.people'";
    fresh.one(pairs).await
}

async fn row(fresh: &Fresh, id: i64) -> RowId {
    let row = format!("SELECT _row_id FROM silver.people WHERE id = {id}");
    RowId(fresh.one(&row).await.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_alike_is_kept_once_and_no_row_is_changed() {
    let fresh = people().await;
    let before = fresh
        .one("SELECT string_agg(p::text, ' ' ORDER BY id) FROM silver.people AS p")
        .await;
    let screened = screen(&fresh).await;
    let expected = Screened {
        rows: 5,
        pairs: 2,
        merges: 1,
        written: 2,
        ..Screened::default()
    };
    assert_eq!(screened, expected);
    let pairs = "1 2 merge same_email {postcode}, 3 4 open {postcode}";
    assert_eq!(kept(&fresh).await, pairs);
    assert_eq!(
        fresh
            .one("SELECT column_scores FROM meta.duplicate_candidate WHERE state = 'merge'")
            .await,
        r#"{"name": 1.0, "email": 1.0}"#
    );
    let found = "SELECT string_agg(c::text || c.xmin, ' ' ORDER BY left_row) FROM meta.duplicate_candidate AS c";
    let first = fresh.one(found).await;
    let again = Screened {
        written: 0,
        ..expected
    };
    let by_two = screening(&fresh).batch(2);
    let screened = by_two
        .run(Person::blank(), |rows| matching().find(rows))
        .await
        .unwrap();
    assert_eq!((screened, screen(&fresh).await), (again.clone(), again));
    assert_eq!(fresh.one(found).await, first);
    let after = fresh
        .one("SELECT string_agg(p::text, ' ' ORDER BY id) FROM silver.people AS p")
        .await;
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_alike_any_more_is_forgotten_and_what_somebody_decided_stays() {
    let fresh = people().await;
    screen(&fresh).await;
    let (ada, other) = (row(&fresh, 3).await, row(&fresh, 4).await);
    screening(&fresh).reject(other, ada).await.unwrap();
    let moved = vec![
        raw(1, "Jon Smith", Some("jon@example.com"), "80331"),
        raw(3, "Grace Hopper", None, "10115"),
    ];
    take_in(&fresh, "b", moved).await;
    let screened = screen(&fresh).await;
    assert_eq!(
        (screened.pairs, screened.written, screened.forgotten),
        (1, 1, 1)
    );
    assert_eq!(
        kept(&fresh).await,
        "1 5 merge same_email {postcode}, 3 4 rejected {postcode}"
    );
    // Rejected against the rule.
    screening(&fresh)
        .reject(row(&fresh, 1).await, row(&fresh, 5).await)
        .await
        .unwrap();
    let screened = screen(&fresh).await;
    assert_eq!(
        (screened.pairs, screened.written, screened.forgotten),
        (1, 0, 0)
    );
    assert_eq!(
        kept(&fresh).await,
        "1 5 rejected same_email {postcode}, 3 4 rejected {postcode}"
    );
    let error = screening(&fresh).reject(RowId(-1), ada).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_merges_stands_once_until_it_is_parted_or_the_other_is_gone() {
    let fresh = people().await;
    fresh.database.create_views(&merged()).await.unwrap();
    const DISTINCT: &str =
        "SELECT string_agg(id::text, ' ' ORDER BY id) FROM silver.v_people_distinct";
    assert_eq!(fresh.one(DISTINCT).await, "1 2 3 4 5", "nobody has looked");
    screen(&fresh).await;
    assert_eq!(
        fresh.one(DISTINCT).await,
        "1 3 4 5",
        "3 and 4 are alike, and no rule says one"
    );
    let first = row(&fresh, 1).await;
    fresh
        .run("UPDATE silver.people SET _deleted = true WHERE id = 1")
        .await;
    assert_eq!(fresh.one(DISTINCT).await, "2 3 4 5");
    fresh
        .run("UPDATE silver.people SET _deleted = false WHERE id = 1")
        .await;
    screening(&fresh)
        .reject(first, row(&fresh, 2).await)
        .await
        .unwrap();
    assert_eq!(fresh.one(DISTINCT).await, "1 2 3 4 5");
}

/// Which of two stands is said by the data, and not by who came first.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_are_one_the_same_stands_in_any_order_of_arrival() {
    for backwards in [false, true] {
        let fresh = Fresh::migrated().await;
        let mut people = vec![
            raw(1, "Jon Smith", Some("jon@example.com"), "10115"),
            raw(2, "Smith, Jon", Some("jon@example.com"), "10115"),
        ];
        if backwards {
            people.reverse();
        }
        for (nth, person) in people.into_iter().enumerate() {
            take_in(&fresh, &nth.to_string(), vec![person]).await;
        }
        fresh.database.create_views(&merged()).await.unwrap();
        screen(&fresh).await;
        let distinct = "SELECT string_agg(id::text, ' ') FROM silver.v_people_distinct";
        assert_eq!(fresh.one(distinct).await, "1", "backwards: {backwards}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_too_large_is_said_to_be() {
    let fresh = people().await;
    let find = |rows| matching().most_in_block(3).find(rows);
    let screened = screening(&fresh).run(Person::blank(), find).await.unwrap();
    assert_eq!((screened.rows, screened.pairs), (5, 0));
    let [skipped] = screened.skipped.as_slice() else {
        panic!("{screened:?}")
    };
    assert_eq!((skipped.block.as_str(), skipped.rows), ("postcode", 4));
    assert_eq!(skipped.first, row(&fresh, 1).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_one_after_the_other() {
    let fresh = people().await;
    let ran = futures_util::future::join_all((0..4).map(|_| screen(&fresh))).await;
    let written: u64 = ran.iter().map(|screened| screened.written).sum();
    assert_eq!(written, 2, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_screened_is_refused() {
    #[derive(Debug, Clone, Record)]
    #[record(dataset = "silver.people")]
    struct Other {
        age: i32,
    }
    let fresh = people().await;
    let nothing = |_| Candidates::default();
    let error = screening(&fresh)
        .run(Other { age: 0 }, nothing)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "screening people of silver.people: it has no column age that is integer"
    );
    let landing = Table::landing(Contract::of::<Raw>().unwrap());
    let nothing = |_| Candidates::default();
    let raw = Screening::new(&fresh.database, "raw", &landing);
    let error = raw.run(Raw::blank(), nothing).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Contract);
}
