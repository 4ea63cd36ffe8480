//! A1, A2: what is put into one value costs its record and no other, and is named by its byte.

use proptest::prelude::*;

use crate::laws::read_as;
use crate::{Dialect, Limits};

/// A NUL; a lone continuation, overlong forms, a surrogate, a number above 10FFFF, truncated sequences.
const BAD: [(&[u8], &str); 8] = [
    (b"\0", "byte.nul"),
    (b"\x80", "byte.utf8"),
    (b"\xc0\xaf", "byte.utf8"),
    (b"\xe0\x80\xaf", "byte.utf8"),
    (b"\xed\xa0\x80", "byte.utf8"),
    (b"\xf5\x80\x80\x80", "byte.utf8"),
    (b"\xe2\x82", "byte.utf8"),
    (b"\xf0\x9f\x98", "byte.utf8"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_bad_byte_costs_its_record(lines in 1..20_usize, at in any::<prop::sample::Index>(),
        within in 0..=4_usize, bad in prop::sample::select(BAD.to_vec()), quotes in any::<bool>(), last_end in any::<bool>())
    {
        let (at, (bad, rule)) = (at.index(lines), bad);
        let mut bytes = b"id;note".to_vec();
        let mut place = 0;
        for line in 0..lines {
            bytes.extend(format!("\n{line};").bytes());
            bytes.extend(quotes.then_some(b'"'));
            let value = "aüc".as_bytes();
            // not between the two bytes of a character
            let within = if within == 2 { 1 } else { within };
            if line == at {
                place = bytes.len() + within;
                bytes.extend([&value[..within], bad, &value[within..]].concat());
            } else {
                bytes.extend(value);
            }
            bytes.extend(quotes.then_some(b'"'));
        }
        bytes.extend(last_end.then_some(b'\n'));
        let whole = read_as(&bytes, Dialect::csv().delimiter(b';'), Limits::default()).unwrap();
        prop_assert_eq!(whole.rows.len(), lines - 1);
        prop_assert_eq!(whole.held.len(), 1);
        let (held, violation) = (&whole.held[0], &whole.held[0].violations[0]);
        prop_assert_eq!((held.at.line, violation.rule.as_str()), (Some(at as u64 + 2), rule));
        let found = format!(" at byte {place}");
        prop_assert!(violation.found.ends_with(&found), "{} {}", violation.found, found);
    }
}
