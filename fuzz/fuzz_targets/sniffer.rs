//! The sniffer over any text: what it proposes can be read with, and it is as sure as it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metalayer_fuzz::{Pieces, judge, run};
use ml_bronze::{CsvFile, Sniffer};
use ml_core::{Feed, Located};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let sniffed = run(Sniffer::default().text(&text));
    assert!((0.0..=1.0).contains(&sniffed.confidence), "{sniffed:?}");
    let scores: Vec<f64> = sniffed.rivals.iter().map(|(_, score)| *score).collect();
    assert!(
        scores.iter().all(|score| (0.0..=1.0).contains(score)),
        "{scores:?}"
    );
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    assert_eq!(run(Sniffer::default().text(&text)), sniffed);
    assert_eq!(sniffed.dialect(0.5).is_ok(), sniffed.confidence >= 0.5);

    let feed = CsvFile::new("fuzz", judge()).dialect(sniffed.dialect);
    let mut feed = feed.reading(Pieces::of(text.as_bytes(), usize::MAX));
    let opened = run(Feed::<Vec<Located<_>>>::open(&mut feed));
    if let Err(error) = opened {
        assert!(
            !error.to_string().contains("the dialect of a CSV"),
            "{error}"
        );
    }
});
