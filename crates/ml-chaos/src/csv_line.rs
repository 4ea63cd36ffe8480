/// A record as RFC 4180 has it.
pub(crate) fn csv_line(row: &[String]) -> Vec<u8> {
    let fields: Vec<String> = row.iter().map(|value| csv_field(value)).collect();
    format!("{}\n", fields.join(",")).into_bytes()
}

fn csv_field(value: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || " .-".contains(char);
    if value.trim() == value && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_quoted() {
        let values = ["1", "canary 0a", " a", "say \"a\"", "a,b\r\n", "\\."];
        let line = csv_line(&values.map(String::from));
        let expected = "1,canary 0a,\" a\",\"say \"\"a\"\"\",\"a,b\r\n\",\"\\.\"\n";
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }
}
