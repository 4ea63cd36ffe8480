use std::collections::BTreeMap;

use ml_core::{Pii, Record};
use proptest::prelude::*;

use super::*;
use crate::similarity;

#[derive(Debug, Clone, PartialEq, Record)]
#[record(dataset = "silver.people")]
struct Person {
    name: String,
    #[column(pii)]
    email: Pii<Option<String>>,
    age: Option<i32>,
    town: Option<String>,
}

/// Short texts of few letters, so that many are alike.
fn person() -> impl Strategy<Value = Person> {
    let email = prop::option::of("[ab]{1,3}@[ab]");
    let parts = (
        "[abA ]{0,5}",
        email,
        prop::option::of(0..3),
        prop::option::of("[xyz]"),
    );
    parts.prop_map(|(name, email, age, town)| Person {
        name,
        email: Pii::new(email),
        age,
        town,
    })
}

fn rows() -> impl Strategy<Value = Vec<(RowId, Person)>> {
    let people = prop::collection::vec(person(), 0..20);
    people.prop_map(|people| (1..).map(RowId).zip(people).collect())
}

fn compared(matching: Matching<Person>) -> Matching<Person> {
    matching
        .column(Person::NAME, 2, similarity::name)
        .column(Person::EMAIL, 3, similarity::email)
        .column(Person::AGE, 1, similarity::exact)
        .threshold(0.6)
        .merge_when("same_email", |a, b| {
            a.email.reveal().is_some() && a.email == b.email
        })
}

fn town(person: &Person) -> Option<String> {
    person.town.clone()
}

fn in_towns() -> Matching<Person> {
    compared(Matching::within("town", town))
}

fn everywhere() -> Matching<Person> {
    compared(Matching::within("all", |_| Some(String::new())))
}

/// What a pair is, whatever brought it together.
fn pairs(found: &Candidates) -> BTreeMap<(RowId, RowId), Candidate> {
    let unblocked = |pair: &Candidate| Candidate {
        blocks: Vec::new(),
        ..pair.clone()
    };
    let pairs = found.pairs.iter();
    pairs
        .map(|pair| ((pair.left, pair.right), unblocked(pair)))
        .collect()
}

proptest! {
    #[test]
    fn scores_are_shares_and_pairs_have_an_order(rows in rows()) {
        let found = everywhere().find(rows);
        for pair in &found.pairs {
            prop_assert!((0.6..=1.0).contains(&pair.score) && pair.left < pair.right);
            prop_assert!(pair.columns.iter().flat_map(|(_, score)| score).all(|score| (0.0..=1.0).contains(score)));
        }
        let order = |a: &Candidate, b: &Candidate| {
            a.score > b.score || (a.score == b.score && (a.left, a.right) < (b.left, b.right))
        };
        prop_assert!(found.pairs.is_sorted_by(order));
    }

    #[test]
    fn who_comes_first_does_not_matter(rows in rows().prop_shuffle(), one in person(), other in person()) {
        let mut sorted = rows.clone();
        sorted.sort_by_key(|(id, _)| *id);
        prop_assert_eq!(in_towns().find(rows), in_towns().find(sorted));
        let pair = |left: &Person, right: &Person| {
            everywhere().find(vec![(RowId(1), left.clone()), (RowId(2), right.clone())])
        };
        prop_assert_eq!(pair(&one, &other), pair(&other, &one));
    }

    #[test]
    fn the_same_twice_is_one_thing(person in person()) {
        let found = everywhere().find(vec![(RowId(1), person.clone()), (RowId(2), person)]);
        prop_assert_eq!(found.pairs.len(), 1);
        prop_assert_eq!(found.pairs[0].score, 1.0);
    }

    #[test]
    fn blocks_only_leave_out_what_they_part(rows in rows(), most in 0_usize..8) {
        let people: BTreeMap<RowId, Person> = rows.iter().cloned().collect();
        let size = |town: &String| people.values().filter(|other| other.town.as_ref() == Some(town)).count();
        let mut all = pairs(&everywhere().find(rows.clone()));
        all.retain(|(left, right), _| {
            let (left, right) = (&people[left].town, &people[right].town);
            left == right && left.as_ref().is_some_and(|town| size(town) <= most)
        });
        let found = in_towns().most_in_block(most).find(rows);
        prop_assert_eq!(pairs(&found), all);
        let mut large: BTreeMap<&String, (usize, RowId)> = BTreeMap::new();
        for (id, person) in people.iter().rev() {
            if let Some(town) = person.town.as_ref().filter(|town| size(town) > most) {
                large.insert(town, (size(town), *id));
            }
        }
        let skipped: Vec<_> = found.skipped.iter().map(|block| (block.rows, block.first)).collect();
        prop_assert_eq!(skipped, large.into_values().collect::<Vec<_>>());
    }

    #[test]
    fn another_block_only_adds(rows in rows()) {
        let ages = || compared(Matching::within("age", |person: &Person| person.age.map(|age| age.to_string())));
        let mut either = pairs(&in_towns().find(rows.clone()));
        either.extend(pairs(&ages().find(rows.clone())));
        let both = in_towns().or_within("age", |person| person.age.map(|age| age.to_string())).find(rows.clone());
        prop_assert_eq!(pairs(&both), either);
        let people: BTreeMap<RowId, Person> = rows.into_iter().collect();
        for pair in &both.pairs {
            let (left, right) = (&people[&pair.left], &people[&pair.right]);
            let mut shared = Vec::new();
            if left.town.is_some() && left.town == right.town {
                shared.push("town");
            }
            if left.age.is_some() && left.age == right.age {
                shared.push("age");
            }
            prop_assert_eq!(&pair.blocks, &shared);
        }
    }
}

#[test]
fn a_column_without_a_value_says_nothing() {
    let person = |email: Option<&str>, age| Person {
        name: String::from("ada"),
        email: Pii::new(email.map(String::from)),
        age,
        town: None,
    };
    let mail = Some("ada@example.com");
    let found = everywhere().find(vec![
        (RowId(1), person(mail, Some(1))),
        (RowId(2), person(None, Some(2))),
        (RowId(3), person(mail, Some(2))),
    ]);
    let scores = |pair: &Candidate| {
        pair.columns
            .iter()
            .map(|(_, score)| *score)
            .collect::<Vec<_>>()
    };
    let found: Vec<_> = found
        .pairs
        .iter()
        .map(|pair| (pair.left.0, pair.right.0, pair.score, scores(pair)))
        .collect();
    // by weights 2, 3 and 1: names are the same in all
    assert_eq!(
        found,
        [
            (2, 3, 1.0, vec![Some(1.0), None, Some(1.0)]),
            (1, 3, 5.0 / 6.0, vec![Some(1.0), Some(1.0), Some(0.0)]),
            (1, 2, 2.0 / 3.0, vec![Some(1.0), None, Some(0.0)]),
        ]
    );
}

#[test]
fn no_value_shows() {
    let canary = |row| {
        let person = Person {
            name: String::from("canary"),
            email: Pii::new(Some(String::from("canary@canary"))),
            age: None,
            town: Some(String::from("canary")),
        };
        (RowId(row), person)
    };
    let matching = in_towns()
        .or_within("all", |_| Some(String::from("canary")))
        .most_in_block(2);
    let pair = matching.find((1..=2).map(canary).collect());
    assert_eq!((pair.pairs.len(), pair.skipped.len()), (1, 0));
    let crowd = matching.find((1..=3).map(canary).collect());
    assert_eq!((crowd.pairs.len(), crowd.skipped.len()), (0, 2));
    let shown = format!("{matching:?} {pair:?} {crowd:?}");
    assert!(
        shown.contains("same_email") && !shown.contains("canary"),
        "{shown}"
    );
}
