use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A SHA-256 (FIPS 180-4) of bytes; displays as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of `bytes`.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Fingerprint(Sha256::digest(bytes.as_ref()).into())
    }

    /// A fingerprint computed elsewhere.
    pub const fn new(digest: [u8; 32]) -> Self {
        Fingerprint(digest)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_published_test_vector() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Fingerprint::of("abc").to_string(), abc);
    }

    #[test]
    fn is_the_same_wherever_it_was_computed() {
        let here = Fingerprint::of("abc");
        assert_eq!(Fingerprint::new(*here.as_bytes()), here);
        assert_eq!(format!("{here:?}"), here.to_string());
        let low = Fingerprint::new([7; 32]);
        assert_eq!(low.to_string(), "07".repeat(32), "no digit is left out");
    }
}
