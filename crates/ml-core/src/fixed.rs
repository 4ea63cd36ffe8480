use std::fmt;

use crate::Shape;

/// A record that was held back and put right, on its way back through the rules.
#[derive(Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The record as its source would have it, or, without a shape, as JSON by column name.
    pub bytes: Vec<u8>,
    /// How the bytes are read.
    pub shape: Option<Shape>,
}

/// Without the bytes: they may be personal.
impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixed")
            .field("bytes", &self.bytes.len())
            .field("shape", &self.shape)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_byte() {
        let fixed = Fixed {
            bytes: b"canary,7".to_vec(),
            shape: Some(Shape::new("{}")),
        };
        assert_eq!(format!("{fixed:?}"), "Fixed { bytes: 8, shape: Some({}) }");
    }
}
