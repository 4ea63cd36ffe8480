use std::io::Cursor;
use std::path::Path;

use csv_async::{AsyncReaderBuilder, ByteRecord};
use ml_core::{Error, Result};
use tokio::io::AsyncReadExt;

use crate::content::Content;
use crate::received::Received;
use crate::score::Score;
use crate::window::Window;
use crate::{Dialect, Encoding, Header, Limits, fault, layers};

/// How much of a text is looked at.
const SAMPLE: u64 = 64 << 10;

const DELIMITERS: &[u8] = b",;\t|\x1f:";
const QUOTES: [Option<u8>; 3] = [Some(b'"'), Some(b'\''), None];

/// Proposes a dialect for a file nobody has declared one for. Nothing sniffs by itself: the host asks, looks, declares.
///
/// Every dialect of six delimiters, two quotes or none, and a backslash as escape or none is tried on the first 64 KiB
/// and scored by how regular its rows are and how many of its cells look like a value: the measure of Van den Burg,
/// Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019), with fewer types.
///
/// ```
/// # use ml_bronze::Sniffer;
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let sniffed = Sniffer::default().text("id;price\n1;0,50\n2;1,25\n3;0,75\n").await;
/// println!("{} with a confidence of {:.2}", serde_json::to_string(&sniffed.dialect)?, sniffed.confidence);
/// let dialect = sniffed.dialect(0.5)?;
/// assert!(Sniffer::default().text("no delimiter\nat all\n").await.dialect(0.5).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sniffer {
    encoding: Option<Encoding>,
    limits: Limits,
}

/// What a [`Sniffer`] proposes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sniffed {
    /// The dialect that fits best.
    pub dialect: Dialect,
    /// How much better it fits than the best one with another delimiter, and how few rows are irregular; 0 to 1.
    pub confidence: f64,
    /// Those with other delimiters, with their scores relative to the winner's, best first.
    pub rivals: Vec<(Dialect, f64)>,
}

impl Sniffed {
    /// The dialect, if the confidence is at least this.
    ///
    /// # Errors
    /// [`Contract`](ml_core::Kind::Contract) when it is not; the message names the candidates.
    pub fn dialect(&self, at_least: f64) -> Result<Dialect> {
        if self.confidence >= at_least {
            return Ok(self.dialect.clone());
        }
        let rivals = self.rivals.iter().take(3);
        let rivals: Vec<_> = rivals
            .map(|(dialect, score)| format!("{} ({score:.2})", dialect.symbols()))
            .collect();
        Err(Error::contract(format!(
            "the dialect is not plain: it looks like {} with a confidence of {:.2}, below {at_least:.2}; next are {}: declare it",
            self.dialect.symbols(),
            self.confidence,
            rivals.join(", ")
        )))
    }
}

/// A dialect that was tried.
struct Tried {
    dialect: Dialect,
    score: Score,
}

impl Sniffer {
    /// The same sniffer for files in `encoding`.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Sniffs at a file, packed or not.
    ///
    /// # Errors
    /// [`Source`](ml_core::Kind::Source) when it cannot be read or is no text.
    pub async fn file(&self, path: impl AsRef<Path>) -> Result<Sniffed> {
        let path = path.as_ref();
        let unreadable = |cause| fault::unreadable(&path.display().to_string(), 0, cause);
        let content = Content::of(path).await?;
        let received = Received::default();
        let text = layers::text(content.bytes, &received, self.encoding, &self.limits).await;
        let mut text = text.map_err(unreadable)?.take(SAMPLE);
        let mut sample = Vec::new();
        text.read_to_end(&mut sample).await.map_err(unreadable)?;
        if sample.len() as u64 == SAMPLE {
            let end = memchr::memrchr2(b'\r', b'\n', &sample).unwrap_or(sample.len());
            sample.truncate(end);
        }
        Ok(self.bytes(&sample).await)
    }

    /// Sniffs at the start of a text.
    pub async fn text(&self, text: &str) -> Sniffed {
        self.bytes(text.as_bytes()).await
    }

    async fn bytes(&self, sample: &[u8]) -> Sniffed {
        let mut tried = Vec::new();
        for dialect in candidates(sample) {
            let score = Score::of(&self.rows(sample, &dialect).await);
            tried.push(Tried { dialect, score });
        }
        // stable: of those that read the same the first and plainest stays in front
        tried.sort_by(|one, other| other.score.fit.total_cmp(&one.score.fit));
        let best = &tried[0];
        // with the same delimiter, quotes are told apart by whether they are where they may be
        let others = tried.iter().filter(|tried| {
            tried.score.rows != best.score.rows && !tried.dialect.has_delimiter_of(&best.dialect)
        });
        let rivals: Vec<_> = others
            .map(|other| {
                (
                    other.dialect.clone(),
                    other.score.fit / best.score.fit.max(f64::MIN_POSITIVE),
                )
            })
            .collect();
        let margin = 1.0 - rivals.first().map_or(0.0, |(_, score)| *score);
        let header = if best.score.is_headed() {
            Header::Named
        } else {
            Header::Absent
        };
        Sniffed {
            dialect: best.dialect.clone().header(header),
            confidence: margin * best.score.regularity(),
            rivals,
        }
    }

    /// The rows of a sample in a dialect; a broken one has no cells.
    async fn rows(&self, sample: &[u8], dialect: &Dialect) -> Vec<Vec<String>> {
        let marks = dialect.marks();
        let mut builder = AsyncReaderBuilder::new();
        builder.has_headers(false).flexible(true);
        builder.delimiter(marks.delimiter).escape(marks.escape);
        match marks.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        let mut csv = builder.create_reader(Window::new(Cursor::new(sample), marks, self.limits));
        let (mut rows, mut record) = (Vec::new(), ByteRecord::new());
        // memory does not fail to be read
        while let Ok(Some(frame)) = csv.get_mut().advance().await {
            let is_sound = frame.broken.is_none() && !csv.get_ref().is_mark_alone();
            if is_sound && !matches!(csv.read_byte_record(&mut record).await, Ok(true)) {
                break;
            }
            let cells = record.iter().filter(|_| is_sound);
            rows.push(
                cells
                    .map(|cell| String::from_utf8_lossy(cell).into_owned())
                    .collect(),
            );
        }
        rows
    }
}

/// The plainest first.
fn candidates(sample: &[u8]) -> impl Iterator<Item = Dialect> {
    let has = |byte| memchr::memchr(byte, sample).is_some();
    let escapes = if has(b'\\') {
        vec![None, Some(b'\\')]
    } else {
        vec![None]
    };
    let quotes = QUOTES
        .into_iter()
        .filter(move |quote| quote.is_none_or(|byte| byte == b'"' || has(byte)));
    let quotes: Vec<_> = quotes.collect();
    DELIMITERS.iter().flat_map(move |delimiter| {
        let of = move |quote, escape| {
            Dialect::csv()
                .delimiter(*delimiter)
                .quote(quote)
                .escape(escape)
        };
        let escapes = escapes.clone();
        let all = quotes.clone().into_iter().flat_map(move |quote| {
            let escapes = escapes.clone().into_iter();
            escapes.map(move |escape| (quote, escape))
        });
        all.filter(|(quote, escape)| quote.is_some() || escape.is_none())
            .map(move |(quote, escape)| of(quote, escape))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::run;
    use proptest::prelude::*;

    fn sniff(text: &str) -> Sniffed {
        run(Sniffer::default().text(text))
    }

    /// B6: plain files.
    #[test]
    fn what_is_plain_is_found() {
        for (text, dialect) in [
            (
                "id,name,at\n1,Ann,2024-01-02\n2,\"Bo, Jr\",2024-02-03\n3,Cy,2024-03-04\n",
                Dialect::csv(),
            ),
            (
                "id;price\n1;0,50\n2;1,25\n3;0,75\n",
                Dialect::csv().delimiter(b';'),
            ),
            (
                "id\tnote\n1\ta b\n2\tc\n3\td, e\n",
                Dialect::csv().delimiter(b'\t'),
            ),
            (
                "1|10:00|x\n2|11:00|y\n3|12:30|z\n",
                Dialect::csv().delimiter(b'|').header(Header::Absent),
            ),
            (
                "id,note\n1,'a, b'\n2,'c, d, e'\n3,'f'\n",
                Dialect::csv().quote(Some(b'\'')),
            ),
            (
                "id,note\n1,\"a \\\"b\\\", c\"\n2,\"\\\"d\\\"\"\n3,e\n",
                Dialect::csv().escape(Some(b'\\')),
            ),
        ] {
            let sniffed = sniff(text);
            assert_eq!(sniffed.dialect(0.5).unwrap(), dialect, "{sniffed:?}");
        }
    }

    #[test]
    fn what_is_not_plain_is_refused_with_the_candidates() {
        for text in [
            "",
            "one\ntwo\nthree\n",
            "a,b;c\nd,e;f\n1,2;3\n",
            "just a text, of two\nlines; no table\n",
        ] {
            let error = sniff(text).dialect(0.5).unwrap_err();
            assert_eq!(error.kind(), ml_core::Kind::Contract);
            assert!(
                error.to_string().contains("delimiter ',', quote"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_file_is_sniffed_at_its_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let text = "id;at\n".to_owned() + &"1;2024-01-02\n".repeat(9_000);
        std::fs::write(&path, crate::codec::Codec::Gzip.pack(text.as_bytes())).unwrap();
        let sniffed = run(Sniffer::default().file(&path)).unwrap();
        assert_eq!(
            sniffed.dialect(0.5).unwrap(),
            Dialect::csv().delimiter(b';')
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// B6: sniffed rightly, or refused.
        #[test]
        fn no_wrong_delimiter_is_accepted(
            rows in prop::collection::vec((0..100_000_u32, "[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8}(, Jr)?)?", 0..99_999_u32, 0..86_400_u32), 4..30),
            delimiter in prop::sample::select(b",;\t|\x1f".to_vec()))
        {
            let between = char::from(delimiter).to_string();
            let mut text = ["id", "name", "price", "at"].join(&between) + "\n";
            for (id, name, price, at) in rows {
                let price = format!("{}.{:02}", price / 100, price % 100);
                let at = format!("2024-05-06 {:02}:{:02}:{:02}", at / 3_600, at / 60 % 60, at % 60);
                text += &([id.to_string(), format!("\"{name}\""), price, at].join(&between) + "\n");
            }
            let sniffed = sniff(&text);
            prop_assert_eq!(sniffed.dialect(0.5).unwrap(), Dialect::csv().delimiter(delimiter));
        }
    }
}
