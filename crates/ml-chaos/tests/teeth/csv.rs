//! Reads what RFC 4180 calls CSV, and holds back what is not.

/// A record, or the rule that it breaks.
pub(crate) type Read = Result<Vec<Vec<u8>>, &'static str>;

/// How many bytes a field may have.
pub(crate) const LONGEST: usize = 1_024;

/// The records of a file after its header.
pub(crate) fn records(bytes: &[u8], longest: usize) -> Vec<Read> {
    let mut rest = &bytes[line(bytes)..];
    let mut records = Vec::new();
    while !rest.is_empty() {
        let (record, length) = match record(rest, longest) {
            Some(read) => read,
            // a quote that nothing closes costs its line, and no other
            None => (Err("quote"), line(rest)),
        };
        records.push(record);
        rest = &rest[length..];
    }
    records
}

/// The length of the first line, its end included.
fn line(bytes: &[u8]) -> usize {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    end.map_or(bytes.len(), |end| end + 1)
}

/// Where a field stands.
enum In {
    Start,
    Bare,
    Quotes,
    /// After a quote within quotes.
    Closed,
}

/// The first record and its length; `None` when a quote is never closed.
fn record(bytes: &[u8], longest: usize) -> Option<(Read, usize)> {
    let (mut fields, mut field, mut place) = (Vec::new(), Vec::new(), In::Start);
    let mut broken = None;
    for (at, byte) in bytes.iter().copied().enumerate() {
        if field.len() > longest {
            broken = Some("size");
        }
        place = match (place, byte) {
            (In::Quotes, b'"') => In::Closed,
            (In::Quotes, _) => {
                field.push(byte);
                In::Quotes
            }
            (In::Start, b'"') => In::Quotes,
            (In::Closed, b'"') => {
                field.push(byte);
                In::Quotes
            }
            (_, b',') => {
                fields.push(std::mem::take(&mut field));
                In::Start
            }
            (_, b'\n') => {
                fields.push(bare(field));
                return Some((broken.map_or(Ok(fields), Err), at + 1));
            }
            (In::Closed, b'\r') => In::Closed,
            (In::Closed, _) => {
                broken = Some("quote");
                In::Bare
            }
            (_, _) => {
                field.push(byte);
                In::Bare
            }
        };
    }
    fields.push(field);
    match place {
        In::Quotes => None,
        _ => Some((broken.map_or(Ok(fields), Err), bytes.len())),
    }
}

/// The last field of a line that may have ended with a carriage return.
fn bare(mut field: Vec<u8>) -> Vec<u8> {
    if field.last() == Some(&b'\r') {
        field.pop();
    }
    field
}
