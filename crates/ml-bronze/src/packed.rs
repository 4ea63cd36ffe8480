//! A8, B9, I3: packed sources, whole and broken.

use ml_core::{Error, Kind};
use proptest::prelude::*;

use crate::codec::Codec;
use crate::laws::{Whole, read, read_as, tiny};
use crate::{Dialect, Limits};

const TEXT: &[u8] = b"id,note\n1,gr\xc3\xb6sse\n2,\"a\nb\"\n3,\xff\n";

fn unpacked(bytes: &[u8], limits: Limits) -> Result<Whole, Error> {
    read_as(bytes, Dialect::csv(), limits)
}

fn refusal(bytes: &[u8], limits: Limits) -> String {
    let error = unpacked(bytes, limits).unwrap_err();
    assert_eq!(error.kind(), Kind::Source);
    error.to_string()
}

#[test]
fn what_is_packed_is_read_as_if_it_were_not() {
    let expected = read(TEXT);
    for codec in Codec::ALL {
        let packed = codec.pack(TEXT);
        assert_eq!(Codec::of(&packed), Some(codec));
        assert_eq!(
            unpacked(&packed, Limits::default()).unwrap(),
            expected,
            "{codec}"
        );
    }
}

#[test]
fn members_one_behind_the_other_are_one_text() {
    let expected = read(TEXT);
    for codec in Codec::ALL {
        let (one, other) = TEXT.split_at(12);
        let packed = [codec.pack(one), codec.pack(other)].concat();
        for block in [1, 7, 1 << 10] {
            assert_eq!(unpacked(&packed, tiny(block)).unwrap(), expected, "{codec}");
        }
    }
}

#[test]
fn what_is_truncated_or_corrupt_is_refused_by_name() {
    let text = [b"id,note\n".as_slice(), &b"1,abc\n".repeat(9_000)].concat();
    for codec in Codec::ALL {
        let packed = codec.pack(&text);
        for cut in [12, packed.len() / 2, packed.len() - 1] {
            let message = refusal(&packed[..cut], Limits::default());
            assert!(
                message.contains(&format!("decode.{codec}: it ends in")),
                "{cut} {message}"
            );
        }
        let mut corrupt = packed.clone();
        // the checksum: of zstd the last bytes, of xz before its index and footer
        let at = packed.len() - if codec == Codec::Xz { 36 } else { 6 };
        corrupt[at] ^= 0x55;
        if codec != Codec::Zstd {
            let message = refusal(&corrupt, Limits::default());
            assert!(
                message.contains(&format!("decode.{codec}: it is corrupt")),
                "{message}"
            );
        }
        let trailing = [packed.as_slice(), b"garbage, and more of it"].concat();
        let message = refusal(&trailing, Limits::default());
        assert!(message.contains(&format!("decode.{codec}: ")), "{message}");
    }
}

#[test]
fn nothing_that_is_packed_is_no_file() {
    for codec in Codec::ALL {
        let message = refusal(&codec.pack(b""), Limits::default());
        assert!(message.contains("only blank lines"), "{message}");
    }
}

/// P16: what comes out is bounded by what went in.
#[test]
fn a_bomb_is_stopped_early() {
    let bomb = [b"id\n".as_slice(), &b"1\n".repeat(1 << 20)].concat();
    let limits = Limits {
        free: 1 << 16,
        ..Limits::default()
    };
    for codec in [Codec::Gzip, Codec::Zstd, Codec::Bzip2] {
        let packed = codec.pack(&bomb);
        let message = refusal(&packed, limits);
        assert!(message.contains("decode.bomb"), "{message}");
        let mut words = message.split_whitespace();
        let out: u64 = words.find_map(|word| word.parse().ok()).unwrap();
        assert!(out <= 1 << 20, "{codec}: {out} bytes came out");
        let message = refusal(&packed, Limits::default().unpacked(100_000));
        assert!(message.contains("more than 100000 bytes"), "{message}");
    }
}

#[test]
fn what_packs_well_is_read_when_its_ratio_is_declared() {
    let text = [b"id\n".as_slice(), &b"1\n".repeat(50_000)].concat();
    let packed = Codec::Zstd.pack(&text);
    let limits = Limits {
        free: 0,
        ..Limits::default()
    };
    assert!(refusal(&packed, limits).contains("decode.bomb"));
    let whole = unpacked(&packed, limits.ratio(100_000)).unwrap();
    assert_eq!(whole.rows.len(), 50_000);
}

#[test]
fn a_bomb_in_a_bomb_is_no_text() {
    let nested = Codec::Gzip.pack(&Codec::Gzip.pack(&vec![b'x'; 1 << 20]));
    let error = unpacked(&nested, Limits::default()).unwrap_err();
    assert!(error.to_string().contains("encoding.suspect"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A7, A8: a packed source with a wrong byte is refused, or is what it was; nothing else comes of it.
    #[test]
    fn a_wrong_byte_changes_nothing_silently(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let expected = read(TEXT);
        for codec in [Codec::Gzip, Codec::Bzip2] {
            let mut packed = codec.pack(TEXT);
            let at = at.index(packed.len());
            packed[at] ^= flip;
            if let Ok(whole) = unpacked(&packed, Limits::default()) {
                prop_assert_eq!(&whole, &expected, "{} {}", codec, at);
            }
        }
    }
}
