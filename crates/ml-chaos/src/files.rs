use std::collections::BTreeMap;

use crate::csv_line::csv_line;
use crate::dice::Dice;
use crate::file::{Polluted, Row};
use crate::{Column, File, Holds, Pollution, Truth};

/// Makes CSV files of some columns, of which it is known what has to become of them; from the same seed the same files.
#[derive(Debug, Clone)]
pub struct Files {
    columns: Vec<Column>,
    longest: usize,
    dice: Dice,
    seed: u64,
    made: u32,
    key: i64,
}

/// What texts are like.
#[derive(Debug, Clone, Copy)]
enum Texts {
    /// Letters, digits and a blank.
    Plain,
    /// Such that mean something to a parser, a COPY, a spreadsheet or a terminal.
    Hostile,
    /// Of so many bytes.
    Long(usize),
}

/// Texts that are data as any other.
const HOSTILE: [&str; 18] = [
    "\\.",
    "\\N",
    "\\",
    "\\t",
    "a\tb",
    "two\nlines",
    "a\r\nb",
    "a,b",
    "say \"a\"",
    "'",
    "NULL",
    " blanks ",
    "=1+1",
    "{\"\\u0000\":1}",
    "k1\u{200b}",
    "\u{202e}txt",
    "e\u{301}",
    "\u{10ffff}",
];

impl Files {
    /// What stands in the plain texts of all files: no message and no log may have it.
    pub const CANARY: &'static str = "canary";

    /// Files of these columns, in which a field may have `longest` bytes.
    pub fn of(columns: &[Column], longest: usize, seed: u64) -> Self {
        Files {
            columns: columns.to_vec(),
            longest,
            dice: Dice(seed),
            seed,
            made: 0,
            key: 0,
        }
    }

    /// A file of good records, with texts that mean something to whoever does not take them as data.
    pub fn clean(&mut self, records: usize) -> File {
        let rows = self.rows(records, Texts::Hostile);
        self.file(&rows, &[])
    }

    /// A file of good records with texts of `width` bytes.
    pub fn wide(&mut self, records: usize, width: usize) -> File {
        let rows = self.rows(records, Texts::Long(width));
        self.file(&rows, &[])
    }

    /// A file of good records, and among them one for each of `pollutions` that these columns can have.
    pub fn polluted(&mut self, records: usize, pollutions: &[Pollution]) -> File {
        let rows = self.rows(records, Texts::Plain);
        self.file(&rows, pollutions)
    }

    /// A file of good records with plain texts.
    pub fn plain(&mut self, records: usize) -> File {
        self.polluted(records, &[])
    }

    /// A file with the things of another in this version, with the content that they have there.
    pub fn version(&mut self, file: &File, version: i64) -> File {
        let columns = self.columns.clone();
        let in_version = |row: &Row| {
            let cells = columns.iter().zip(row);
            let cells = cells.map(|(column, value)| match column.holds {
                Holds::Version => version.to_string(),
                _ => value.clone(),
            });
            cells.collect()
        };
        let rows: Vec<Row> = file.truth.rows.iter().map(in_version).collect();
        self.file(&rows, &[])
    }

    /// A file with the things of another, with another content.
    pub fn revised(&mut self, file: &File) -> File {
        let next = std::mem::replace(&mut self.key, file.truth.keys.start() - 1);
        let revised = self.plain(file.truth.rows.len());
        self.key = next;
        revised
    }

    fn rows(&mut self, records: usize, texts: Texts) -> Vec<Row> {
        (0..records).map(|_| self.row(texts)).collect()
    }

    fn row(&mut self, texts: Texts) -> Row {
        self.key += 1;
        let columns = self.columns.clone();
        columns
            .iter()
            .map(|column| self.value(column.holds, texts))
            .collect()
    }

    fn value(&mut self, holds: Holds, texts: Texts) -> String {
        match holds {
            Holds::Key => self.key.to_string(),
            Holds::Version => String::from("1"),
            Holds::Text => self.text(texts),
            // the last digit is none that a way to write numbers may leave out
            Holds::Number => format!("{}.{}", 1 + self.dice.below(9_999), 11 + self.dice.below(9)),
        }
    }

    fn text(&mut self, texts: Texts) -> String {
        match texts {
            Texts::Plain => format!("{} {:05x}", Files::CANARY, self.dice.below(1 << 20)),
            Texts::Hostile => HOSTILE[self.dice.below(HOSTILE.len() as u64) as usize].to_owned(),
            Texts::Long(width) => {
                let letter = char::from(b'a' + self.dice.below(26) as u8);
                letter.to_string().repeat(width)
            }
        }
    }

    fn key_of(&self, row: &Row) -> i64 {
        let columns = self.columns.iter().zip(row);
        let mut keys = columns.filter(|(column, _)| column.holds == Holds::Key);
        keys.next()
            .and_then(|(_, key)| key.parse().ok())
            .unwrap_or_default()
    }

    /// The file of these rows, and of records that are polluted, spread evenly among them.
    fn file(&mut self, rows: &[Row], pollutions: &[Pollution]) -> File {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let mut bytes = format!("{}\n", names.join(",")).into_bytes();
        let (mut held, mut number) = (BTreeMap::new(), 0);
        let mut keys: Vec<i64> = rows.iter().map(|row| self.key_of(row)).collect();
        let every = rows.len() / (pollutions.len() + 1);
        let mut pollutions = pollutions.iter();
        for (nth, row) in (1..).zip(rows) {
            bytes.extend(csv_line(row));
            number += 1;
            if nth % every.max(1) == 0
                && let Some(by) = pollutions.next()
                && let Some((line, key)) = self.bad(*by)
            {
                bytes.extend(line);
                number += 1;
                keys.push(key);
                held.insert(number, Polluted { by: *by, key });
            }
        }
        self.made += 1;
        File {
            name: format!("chaos-{}-{}.csv", self.seed, self.made),
            bytes,
            truth: Truth {
                keys: keys.iter().copied().min().unwrap_or(0)
                    ..=keys.iter().copied().max().unwrap_or(-1),
                rows: rows.to_vec(),
                held,
            },
        }
    }

    fn bad(&mut self, by: Pollution) -> Option<(Vec<u8>, i64)> {
        let row = self.row(Texts::Plain);
        let mut line = by.line(&row, &self.columns, self.longest)?;
        line.push(b'\n');
        Some((line, self.key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 4] = [
        Holds::Key.named("id"),
        Holds::Version.named("version"),
        Holds::Text.named("name"),
        Holds::Number.named("amount"),
    ];

    fn files() -> Files {
        Files::of(&COLUMNS, 100, 7)
    }

    #[test]
    fn the_same_seed_makes_the_same_files_and_no_key_comes_twice() {
        let (mut one, mut other) = (files(), files());
        let first = one.clean(50);
        assert_eq!(first, other.clean(50));
        let second = one.polluted(50, &Pollution::ALL);
        assert_eq!(second, other.polluted(50, &Pollution::ALL));
        assert_ne!(first, Files::of(&COLUMNS, 100, 8).clean(50));
        assert_eq!(*second.truth.keys.start(), first.truth.keys.end() + 1);
        assert_ne!(first.name, second.name);
    }

    #[test]
    fn what_is_polluted_stands_where_the_truth_says() {
        let file = files().polluted(60, &Pollution::ALL);
        let lines: Vec<&[u8]> = file.bytes.split(|byte| *byte == b'\n').collect();
        // the header, and what follows the last end of a line
        assert_eq!(lines.len(), 60 + Pollution::ALL.len() + 2);
        assert_eq!(file.truth.counts(), [71, 60, 11]);
        let mut good = file.truth.rows.iter();
        for (number, line) in (1_u64..=71).zip(&lines[1..]) {
            match file.truth.held.get(&number) {
                Some(bad) => assert!(is_polluted(bad.by, line), "{bad:?}: {line:?}"),
                None => assert_eq!(line, &good.next().unwrap().join(",").as_bytes()),
            }
        }
        let found: Vec<Pollution> = file.truth.held.values().map(|bad| bad.by).collect();
        assert_eq!(found, Pollution::ALL);
    }

    fn is_polluted(by: Pollution, line: &[u8]) -> bool {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b',').collect();
        let has = |bytes: &[u8]| line.windows(bytes.len()).any(|window| window == bytes);
        match by {
            Pollution::Missing => fields.len() == 3,
            Pollution::Surplus => fields.len() == 5,
            Pollution::EndMarker => line == b"\\.",
            Pollution::StrayQuote => has(b",\"a\"b,"),
            Pollution::OpenQuote => has(b",\"a,"),
            Pollution::Nul => has(b"\0"),
            Pollution::NotUtf8 => std::str::from_utf8(line).is_err(),
            Pollution::NotANumber => has(b",NaN"),
            Pollution::Infinite => has(b",Infinity"),
            Pollution::Letters => has(b",twelve"),
            Pollution::Oversized => fields[2].len() == 101,
        }
    }

    #[test]
    fn versions_are_of_the_same_things() {
        let mut files = files();
        let first = files.plain(3);
        let (second, revised) = (files.version(&first, 2), files.revised(&first));
        assert_eq!(second.truth.keys, first.truth.keys);
        assert_eq!(revised.truth.keys, first.truth.keys);
        for (row, other) in first.truth.rows.iter().zip(&second.truth.rows) {
            assert_eq!((&row[0], &row[2..]), (&other[0], &other[2..]));
            assert_eq!((&*row[1], &*other[1]), ("1", "2"));
        }
        assert!(
            first
                .truth
                .rows
                .iter()
                .zip(&revised.truth.rows)
                .all(|(row, other)| row[2..] != other[2..])
        );
        assert_eq!(*files.plain(1).truth.keys.start(), 4);
    }
}
