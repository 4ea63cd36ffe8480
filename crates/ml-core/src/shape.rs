use std::fmt;
use std::sync::Arc;

/// How the records of a source are read from their bytes: JSON that only the feeds understand that write and read it.
///
/// A store keeps it with the load, so that a record held back can be read when its file is long gone. It has names
/// and the form of the source in it, and no value of a record. Clones share it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Shape(Arc<str>);

impl Shape {
    /// A shape written down as JSON.
    pub fn new(json: impl Into<Arc<str>>) -> Self {
        Shape(json.into())
    }

    /// The JSON.
    pub fn json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_json_it_was_made_of() {
        let shape = Shape::new(r#"{"csv":{}}"#);
        assert_eq!(shape.json(), r#"{"csv":{}}"#);
        assert_eq!(format!("{shape:?}"), r#"{"csv":{}}"#);
    }
}
