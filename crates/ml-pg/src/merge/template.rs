/// Puts names into the places of a statement, once: what is in a name stays as it is. The header stays behind.
pub(crate) fn render(template: &str, names: &[(&str, &str)]) -> String {
    let lines = template.lines().skip_while(|line| line.starts_with("--"));
    let mut rest = lines.collect::<Vec<_>>().join("\n");
    let mut statement = String::with_capacity(rest.len());
    while let Some((before, place, after)) = first_place(&rest, names) {
        statement += before;
        statement += place;
        rest = after.to_owned();
    }
    statement + &rest
}

/// What is before the first place, what comes there, and what is after it.
fn first_place<'a>(
    text: &'a str,
    names: &[(&str, &'a str)],
) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, from) = text.split_once('{')?;
    let (place, after) = from.split_once('}')?;
    let (_, name) = names.iter().find(|(known, _)| *known == place)?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_put_in_once() {
        let names = [("into", "\"{grain}\""), ("grain", "\"id\"")];
        let statement = render(
            "-- {into}\n-- $1: load\nSELECT {grain}\nFROM {into}",
            &names,
        );
        assert_eq!(statement, "SELECT \"id\"\nFROM \"{grain}\"");
    }

    #[test]
    fn what_is_no_place_stays() {
        assert_eq!(
            render("SELECT '{}', {a}", &[("a", "1")]),
            "SELECT '{}', {a}"
        );
        assert_eq!(render("SELECT {a}, '{}'", &[("a", "1")]), "SELECT 1, '{}'");
    }
}
