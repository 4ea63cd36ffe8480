//! Whatever stands in a condition, nothing panics, overflows a stack or takes long.

use std::time::{Duration, Instant};

use ml_core::Kind;
use ml_quality::condition;
use proptest::prelude::*;

/// On a thread with the usual 2 MiB, and fast.
#[test]
fn depth_and_size_have_limits() {
    let hostile = [
        "(".repeat(60_000),
        "NOT ".repeat(10_000),
        "- ".repeat(10_000),
        format!("{}1{}", "(".repeat(31), ")".repeat(31)),
        format!("a = 1{}", " + 1".repeat(16_000)),
        format!("a = 1{}", " || 1".repeat(250)),
        format!("a{}", " = 1".repeat(250)),
        format!("a{}", "[1]".repeat(160)),
        format!("a{}", " is null".repeat(250)),
        format!("a{}", "::int".repeat(250)),
        format!("a{}", " between 1 and 2".repeat(120)),
        format!("a{}", " and a".repeat(255)),
        format!("{}a{}", "abs(".repeat(100), ")".repeat(100)),
        format!("{}a{}", "(a between ".repeat(30), " and 2)".repeat(30)),
        "case ".repeat(500),
        "interval ".repeat(500),
        "date ".repeat(500),
        "a in (".repeat(170),
        "exists (select ".repeat(170),
        "array[".repeat(250),
        "coalesce(".repeat(250),
        "cast(".repeat(250),
        format!("{}a", "x -> ".repeat(250)),
        "((a,".repeat(160),
    ];
    for text in hostile {
        let start = Instant::now();
        if let Err(error) = condition(&text) {
            assert!(!error.to_string().contains("gave up"), "{error}");
        }
        let shown: String = text.chars().take(20).collect();
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{shown}: {:?}",
            start.elapsed()
        );
    }
    let list = vec!["'some text'"; 3_000].join(", ");
    assert!(condition(&format!("a in ({list})")).is_ok());
    let all = vec!["a > 1"; 100].join(" and ");
    assert!(condition(&all).is_ok());
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,60}|[ -~\n\t]{0,80}") {
        if let Err(error) = condition(&text) {
            prop_assert!(!error.to_string().contains("gave up"), "{}", error);
        }
    }

    #[test]
    fn nothing_of_sql_panics(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        if let Err(error) = condition(&words.join(" ")) {
            prop_assert_eq!(error.kind(), Kind::Contract);
            prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
            prop_assert!(!error.to_string().contains("gave up"), "{}", error);
        }
    }
}

const WORDS: &[&str] = &[
    "a",
    "b",
    "\"C d\"",
    "1",
    "0.5",
    "-",
    "+",
    "*",
    "/",
    "=",
    "<>",
    "<",
    ">=",
    "(",
    ")",
    "(",
    ")",
    ",",
    "and",
    "or",
    "not",
    "is",
    "null",
    "in",
    "between",
    "like",
    "'x%'",
    "'é'",
    "date",
    "'2026-01-01'",
    "timestamp",
    "abs(",
    "length(",
    "coalesce(",
    "case",
    "when",
    "then",
    "end",
    "select",
    "from",
    "exists",
    "distinct",
    "true",
    "any",
    "all",
    "::int",
    "[",
    "]",
    "array",
    "row",
    "interval",
    "->",
    "->>",
    "@>",
    "~",
    "||",
    ".",
    ";",
    "--",
    "/*",
    "*/",
    "$1",
    "?",
    ":x",
    "E'\\n'",
    "$$",
    "cast(",
    "as",
    "collate",
    "at time zone",
    "overlay(",
    "extract(",
    "position(",
    "trim(",
    "filter",
    "over",
    "\n",
    "\t",
    "unknown",
    "json",
    "normalized",
    "similar to",
    "escape",
    "grouping sets",
    "cube(",
    "rollup(",
    "lambda",
    "struct(",
    "map",
    "{",
    "}",
    "prior",
    "match",
    "against",
    "x'1F'",
    "U&'x'",
    "N'x'",
    "0x1f",
    "1e9",
    "1_000",
];
