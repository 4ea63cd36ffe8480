//! What views say that they read, and the order that follows from it.

use std::collections::{BTreeMap, BTreeSet};

use ml_core::{Error, Result};

use crate::View;

/// The views, each after those that it reads, otherwise as they were declared.
///
/// `parts` are the tables of the warehouse `schema`. What a view reads is compared with its query, where it says so.
pub(crate) fn ordered<'a>(
    schema: &str,
    views: &'a [View],
    parts: &BTreeSet<&str>,
) -> Result<Vec<&'a View>> {
    let named: BTreeMap<&str, &View> = views.iter().map(|view| (view.name(), view)).collect();
    for view in views {
        check(schema, view, &|name| {
            parts.contains(name) || named.contains_key(name)
        })?;
    }
    let mut placed = Vec::with_capacity(views.len());
    let mut done = BTreeSet::new();
    for view in views {
        place(view, &named, &mut Vec::new(), &mut done, &mut placed)?;
    }
    Ok(placed)
}

/// Puts a view behind those it reads; `path` are those that wait for it.
fn place<'a>(
    view: &'a View,
    named: &BTreeMap<&str, &'a View>,
    path: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
    placed: &mut Vec<&'a View>,
) -> Result<()> {
    if done.contains(view.name()) {
        return Ok(());
    }
    if let Some(start) = path.iter().position(|name| *name == view.name()) {
        let circle = path[start..].join(" reads ");
        return Err(Error::contract(format!(
            "views read each other in a circle: {circle} reads {}; one of them has to read tables instead",
            view.name()
        )));
    }
    path.push(view.name());
    for read in view.declared().into_iter().flatten() {
        if let Some(read) = named.get(read.as_str()) {
            place(read, named, path, done, placed)?;
        }
    }
    path.pop();
    done.insert(view.name());
    placed.push(view);
    Ok(())
}

fn check(schema: &str, view: &View, is_there: &dyn Fn(&str) -> bool) -> Result<()> {
    let Some(declared) = view.declared() else {
        return Ok(());
    };
    let (name, found) = (view.name(), mentioned(schema, view.select()));
    if let Some(missing) = declared.iter().find(|read| !is_there(read)) {
        return Err(Error::contract(format!(
            "view {name} reads {missing:?}, which is no part of the warehouse: add it, or take it out of reads()"
        )));
    }
    if let Some(missing) = found.iter().find(|read| !is_there(read)) {
        return Err(Error::contract(format!(
            "view {name} has {schema}.{missing} in its query, which is no part of the warehouse: add it, or correct the name"
        )));
    }
    if let Some(silent) = found.iter().find(|read| !declared.contains(*read)) {
        return Err(Error::contract(format!(
            "view {name} has {schema}.{silent} in its query, but does not declare it: add it to reads()"
        )));
    }
    match declared.iter().find(|read| !found.contains(*read)) {
        Some(idle) => Err(Error::contract(format!(
            "view {name} declares that it reads {idle}, but has no {schema}.{idle} in its query: take it out of reads()"
        ))),
        None => Ok(()),
    }
}

/// The relations of the schema that a query names.
fn mentioned(schema: &str, select: &str) -> BTreeSet<String> {
    let words = words(select);
    let named = words.windows(3).filter(|three| {
        let [first, dot, _] = three else { return false };
        *first == Word::Name(schema.to_owned()) && *dot == Word::Other('.')
    });
    let relations = named.filter_map(|three| match &three[2] {
        Word::Name(name) => Some(name.clone()),
        Word::Other(_) => None,
    });
    relations.collect()
}

/// The names in an expression, `*` where one of `rows` stands as a whole.
pub(crate) fn names(expr: &str, rows: &[&str]) -> Vec<String> {
    let words = words(expr);
    let mut names = BTreeSet::new();
    for (n, word) in words.iter().enumerate() {
        let Word::Name(name) = word else { continue };
        let part = words.get(n + 1) == Some(&Word::Other('.'));
        let whole = rows.contains(&name.as_str()) && !part;
        let all = part && words.get(n + 2) == Some(&Word::Other('*'));
        names.insert(match whole || all {
            true => String::from("*"),
            false => name.clone(),
        });
    }
    names.into_iter().collect()
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// A name or a keyword, as the server knows it.
    Name(String),
    Other(char),
}

/// Names and marks, without blanks, comments and texts.
fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match c {
            '-' if next == Some('-') => while rest.next_if(|c| *c != '\n').is_some() {},
            '/' if next == Some('*') => {
                let mut was = ' ';
                for c in rest.by_ref().skip(1) {
                    if was == '*' && c == '/' {
                        break;
                    }
                    was = c;
                }
            }
            '\'' => drop(enclosed(&mut rest, '\'')),
            '"' => words.push(Word::Name(enclosed(&mut rest, '"'))),
            c if c.is_alphabetic() || c == '_' => {
                let mut name = c.to_lowercase().to_string();
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$')
                {
                    name.extend(c.to_lowercase());
                }
                words.push(Word::Name(name));
            }
            c if c.is_whitespace() => {}
            c => words.push(Word::Other(c)),
        }
    }
    words
}

/// What stands up to the closing mark, which is written twice where it is meant.
fn enclosed(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, mark: char) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        if c == mark && rest.next_if_eq(&mark).is_none() {
            break;
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_row_is_everything_in_it() {
        let names = |expr| names(expr, &["source", "fact"]);
        assert_eq!(names("lower(source.email)"), ["email", "lower", "source"]);
        assert_eq!(names("to_jsonb(source)"), ["*", "to_jsonb"]);
        assert_eq!(names("row_to_json(fact.*)"), ["*", "row_to_json"]);
    }

    #[test]
    fn names_count_and_comments_and_texts_do_not() {
        let select = "SELECT a.gold, 'gold.x' FROM Gold.Fct AS f /* gold.y */ JOIN \"gold\" . \"We\"\"ird\" -- gold.z\n";
        let expected = ["We\"ird", "fct"].map(String::from).into();
        assert_eq!(mentioned("gold", select), expected);
    }
}
