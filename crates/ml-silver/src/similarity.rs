//! How alike two texts are, from 0 to 1: 1 for the same text, and the same whichever comes first.

use crate::standardise;

/// As much of a text as is looked at, in characters: a comparison takes time in the product of the two lengths.
const MOST: usize = 256;

/// Names of people and firms: blind to case, blanks and the order of words, lenient towards the ends of names.
///
/// The Jaro-Winkler similarity, of the words as they stand or in alphabetical order, whichever is more. Source: W. E.
/// Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage", 1990.
///
/// ```
/// use ml_silver::similarity::name;
/// assert_eq!(name("Lovelace,  Ada", "ada lovelace"), 1.0);
/// assert!(name("Jon Smith", "John Smyth") > 0.9);
/// assert!(name("Jon Smith", "Ada Lovelace") < 0.6);
/// ```
pub fn name(a: &str, b: &str) -> f64 {
    let (a, b) = (words(a), words(b));
    let as_they_stand = winkler(&a.join(" "), &b.join(" "));
    as_they_stand.max(winkler(&sorted(a), &sorted(b)))
}

/// E-mail addresses: blind to case; both what is before the last `@` and what is after it must be alike.
///
/// ```
/// use ml_silver::similarity::email;
/// assert_eq!(email("Ada@Example.com ", "ada@example.COM"), 1.0);
/// assert!(email("ada.lovelace@example.com", "ada.lovelaec@example.com") > 0.9);
/// assert!(email("ada@example.com", "bob@example.com") < 0.1);
/// ```
pub fn email(a: &str, b: &str) -> f64 {
    let (a, b) = (plain(a), plain(b));
    let split = |text| str::rsplit_once(text, '@').unwrap_or((text, ""));
    let ((a, at_a), (b, at_b)) = (split(&a), split(&b));
    edits(a, b) * edits(at_a, at_b)
}

/// Any other text: blind to case and blanks at the ends.
///
/// One less the share of characters to insert, delete, replace or swap with their neighbour. Source: the distance of
/// F. J. Damerau, "A technique for computer detection and correction of spelling errors", 1964, each part of the text
/// edited once at most, by the length of the longer text.
///
/// ```
/// use ml_silver::similarity::spelling;
/// assert_eq!(spelling("SW1A 1AA", "SW1A 2AA"), 0.875);
/// ```
pub fn spelling(a: &str, b: &str) -> f64 {
    edits(&plain(a), &plain(b))
}

/// The same text or not, to the letter.
pub fn exact(a: &str, b: &str) -> f64 {
    f64::from(u8::from(a == b))
}

fn plain(text: &str) -> String {
    standardise::collapse_blanks(beginning(text)).to_lowercase()
}

fn words(text: &str) -> Vec<String> {
    let plain = plain(text);
    let words = plain.split(|c: char| c.is_whitespace() || c == ',');
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn sorted(mut words: Vec<String>) -> String {
    words.sort();
    words.join(" ")
}

/// Jaro's matches depend on which text comes first, so the smaller one always does.
fn winkler(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(a.min(b), a.max(b))
}

fn edits(a: &str, b: &str) -> f64 {
    let longer = a.chars().count().max(b.chars().count()).max(1);
    1.0 - strsim::osa_distance(a, b) as f64 / longer as f64
}

fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(MOST).map(|(at, _)| at);
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [fn(&str, &str) -> f64; 4] = [name, email, spelling, exact];

    proptest! {
        #[test]
        fn a_share_and_the_same_from_both_sides(
            (a, b) in prop_oneof![("[abA @,]{0,8}", "[abA @,]{0,8}"), (any::<String>(), any::<String>())],
        ) {
            for similarity in ALL {
                let score = similarity(&a, &b);
                prop_assert!((0.0..=1.0).contains(&score));
                prop_assert_eq!(score, similarity(&b, &a));
                prop_assert_eq!(similarity(&a, &a), 1.0);
            }
        }

        #[test]
        fn the_order_of_words_does_not_matter(first in "[ab]{1,4}", last in "[ab]{1,4}") {
            prop_assert_eq!(name(&format!("{first} {last}"), &format!("{last}, {first}")), 1.0);
        }
    }

    #[test]
    fn known_pairs_have_known_scores() {
        let near =
            |found: f64, expected: f64| assert!((found - expected).abs() < 0.0005, "{found}");
        // Winkler's own examples
        near(name("MARTHA", "MARHTA"), 0.9611);
        near(name("DWAYNE", "DUANE"), 0.84);
        near(name("DIXON", "DICKSONX"), 0.8133);
        near(spelling("kitten", "sitting"), 4.0 / 7.0);
        near(spelling("ab", "ba"), 0.5);
        near(email("abcd@x.com", "abce@x.con"), 0.75 * 0.8);
    }

    #[test]
    fn a_text_of_any_length_takes_no_time() {
        let (a, b) = ("ab".repeat(1 << 20), "ba".repeat(1 << 20));
        for similarity in ALL {
            assert!(similarity(&a, &b) < 1.0);
        }
    }
}
