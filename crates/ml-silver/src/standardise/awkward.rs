//! Texts on which standardisers of text go wrong.

use proptest::prelude::*;

/// Letters whose case mappings grow, depend on their neighbours or have no way back, marks that compose, and blanks.
pub(crate) fn awkward() -> impl Strategy<Value = String> {
    let letters: Vec<char> =
        "ßẞŉİıǆǅΣσςſﬁΐᾳᾈ\u{345}\u{307}\u{301}\u{327}ʼ'’-.@+ \t\u{200b}\u{feff}\u{a0}aBo70\u{212b}가\u{1161}"
            .chars()
            .collect();
    let letter = prop_oneof![4 => prop::sample::select(letters), 1 => any::<char>()];
    prop::collection::vec(letter, 0..16).prop_map(|letters| letters.into_iter().collect())
}
