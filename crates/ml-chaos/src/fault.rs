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

/// What becomes of a message, and of the connection that it comes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Nothing of it.
    Before,
    /// Half of it.
    Within,
    /// All of it, and the server has done what it says; what it answers does not get through.
    After,
    /// Nothing of it, nor of anything after it, either way: the connection stays open and nobody says anything on it.
    Hole,
    /// Nothing of it: both sides are told by a reset (RST), so that what they have sent and not yet read is lost.
    Reset,
    /// Nothing of it: the client is answered in the server's place, by an error of this SQLSTATE. The server is left as
    /// if the client had gone, and the connection ends with the next request.
    Refused(&'static str),
}

impl Break {
    /// Those that end a connection in good order, by how much of the message gets through.
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
