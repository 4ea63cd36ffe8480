//! Texts.

pub(super) fn texts() -> Vec<String> {
    const WHITE: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";
    const NOT_WHITE: &str = "\u{1}\u{8}\u{e}\u{1c}\u{1d}\u{1e}\u{1f}\u{7f}\u{84}\u{86}\u{ad}\u{180e}\u{200b}\u{200c}\u{200d}\u{2060}\u{3164}\u{feff}\u{fffd}";
    const LETTERS: &str =
        "ßﬁİıςΣσſKÅåÄäЖжǅ\u{301}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}😀日٣५";
    const OTHERS: [&str; 82] = [
        "",
        "a",
        "A",
        "ab",
        "AB",
        "aB",
        "ba",
        "EU",
        "eu",
        "Eu",
        " EU",
        "EU ",
        "eU\u{a0}",
        "US",
        "us",
        "EUR",
        "NEU",
        "STRASSE",
        "straße",
        "e\u{301}",
        "é",
        "é\u{301}",
        "a\nb",
        "a\n",
        "\na",
        "INV-000001",
        "INV-00001",
        "INV-0000012",
        "INV-000001\n",
        " INV-000001",
        "inv-000001",
        "INV-٠٠٠٠٠١",
        "'",
        "''",
        "\\",
        "\\\\",
        "\\'",
        "\"",
        "%",
        "_",
        "a%",
        "$1",
        "{}",
        "[a]",
        "a]b",
        "a-b",
        "a.b",
        "ada@example.com",
        "ADA@EXAMPLE.COM",
        "a@b",
        "ada@",
        "@example.com",
        "ada@@example.com",
        "ada@example..com",
        "ada@-example.com",
        "ada@example-.com",
        "ada@exam_ple.com",
        "ada@example.com\n",
        "ädä@example.com",
        "ada@bücher.example",
        ".ada.@example.com",
        "a@127.0.0.1",
        "!#$%&'*+/=?^_`{|}~-@x",
        "ada@ex\u{212a}.com",
        "a b@c",
        "ada@example.com.",
        "aaa",
        "aaaa",
        "AAAA",
        "abab",
        "ababab",
        "xyz",
        "x1y2",
        "0",
        "00",
        "-1",
        "1e5",
        "NULL",
        "null",
        "N/A",
        "n/a",
        "ﬀ",
    ];
    let mut all: Vec<String> = OTHERS.map(String::from).to_vec();
    all.extend(
        WHITE
            .chars()
            .chain(NOT_WHITE.chars())
            .chain(LETTERS.chars())
            .map(String::from),
    );
    all.extend(WHITE.chars().map(|blank| format!("{blank}EU{blank}")));
    all.extend(NOT_WHITE.chars().map(|char| format!("{char} eu")));
    all.extend([
        WHITE.into(),
        format!("a{WHITE}"),
        "a".repeat(10_000),
        format!("a@{}", "b".repeat(63)),
    ]);
    all.push(format!("a@{}", "b".repeat(64)));
    all
}
