/// Where a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The message of the client.
    pub message: Message,
    /// Where at it.
    pub at: Break,
}

/// A message of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// The one of this number, from 1, counted over all connections of a proxy.
    Nth(u64),
    /// The next query with this text, such as `COMMIT`.
    Query(&'static str),
}

/// How much of a message gets through before the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Nothing of it.
    Before,
    /// Half of it.
    Within,
    /// All of it, and the server has done what it says; what it answers does not get through.
    After,
}

impl Break {
    /// All of them.
    pub const ALL: [Break; 3] = [Break::Before, Break::Within, Break::After];
}

impl Message {
    /// Whether it is the `nth`, which has these bytes, type and length included.
    pub(crate) fn is(self, nth: u64, bytes: &[u8]) -> bool {
        match self {
            Message::Nth(number) => number == nth,
            Message::Query(text) => {
                let query = bytes.strip_prefix(b"Q").and_then(|rest| rest.get(4..));
                query.and_then(|query| query.strip_suffix(b"\0")) == Some(text.as_bytes())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_told_by_all_of_its_text() {
        let commit = b"Q\0\0\0\x0bCOMMIT\0";
        assert!(Message::Query("COMMIT").is(7, commit));
        assert!(!Message::Query("COMM").is(7, commit));
        assert!(!Message::Query("COMMIT").is(7, b"P\0\0\0\x0bCOMMIT\0"));
        assert!(!Message::Query("COMMIT").is(7, b"Q"));
        assert!(Message::Nth(7).is(7, commit) && !Message::Nth(6).is(7, commit));
    }
}
