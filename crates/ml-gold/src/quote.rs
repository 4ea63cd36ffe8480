//! Names, texts and blocks that cannot leave their place in a statement.

/// A name that was checked when its table was made, quoted.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names, quoted, in a list.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// A text constant; the sessions have `standard_conforming_strings` on.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in a line of comment.
pub(crate) fn remark(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// An anonymous block between marks that are not in `body`.
pub(crate) fn block(body: &str) -> String {
    let mut mark = String::from("$block$");
    while body.contains(&mark) {
        mark.insert_str(1, "a_");
    }
    format!("DO {mark}\n{body}\n{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(quoted("a\"; --"), "\"a\"\"; --\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(remark("a\nDROP"), "a DROP");
        let block = block("x $block$ y $a_block$");
        assert!(block.starts_with("DO $a_a_block$\n") && block.ends_with("\n$a_a_block$"));
    }
}
