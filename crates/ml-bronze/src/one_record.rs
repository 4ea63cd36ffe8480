//! One record of a CSV file by itself, as it comes back from the quarantine.

use csv_async::{AsyncReaderBuilder, ByteRecord};
use memchr::memchr;
use ml_core::{Fault, RawFields, Violation};

use crate::frame::Broken;
use crate::limits::Limits;
use crate::quoting::{Found, Scan};
use crate::window::BOM;
use crate::{fault, quoting};

/// The fields of one record, for the decoder.
pub(crate) struct Fields(ByteRecord);

impl RawFields for Fields {
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.0.get(index)
    }
}

impl Fields {
    /// The bytes of a field that has a fault, and where in the record the fault stands.
    pub(crate) fn place(&self, record: &[u8], index: Option<usize>, fault: Fault) -> (&[u8], u64) {
        let bytes = index.and_then(|index| self.raw(index)).unwrap_or_default();
        let offset = match fault {
            Fault::Utf8(offset) => offset,
            Fault::Nul => memchr(0, bytes).unwrap_or(0),
            Fault::Malformed(_) => 0,
        };
        let at = index.map_or(0, |index| quoting::locate(record, index, offset));
        (bytes, at as u64)
    }
}

/// Splits a record into `width` fields, or says why it is none; what ends its line may be there or not.
pub(crate) async fn split(
    bytes: &[u8],
    width: usize,
    limits: &Limits,
) -> Result<Fields, Violation> {
    let record = without_end(bytes);
    if record.starts_with(BOM) {
        return Err(fault::mark());
    }
    if record.len() > limits.record {
        return Err(fault::broken(Broken::Size, 0, limits));
    }
    let mut scan = Scan::default();
    match (scan.run(record), scan.open_quote()) {
        (Some(Found::Stray(stray)), _) | (None, Some(stray)) => {
            return Err(fault::broken(Broken::Quote(stray), 0, limits));
        }
        (Some(Found::End(_)), _) => return Err(fault::lines()),
        (None, None) => {}
    }
    let mut fields = ByteRecord::new();
    let mut reader = AsyncReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(record.len().clamp(1, limits.buffer))
        .create_reader(record);
    // Reading from memory does not fail, and no bytes are no fields.
    let _ = reader.read_byte_record(&mut fields).await;
    if fields.len() != width {
        return Err(fault::width(width, fields.len()));
    }
    let longest = fields.iter().map(<[u8]>::len).max().unwrap_or(0);
    match longest > limits.field {
        true => Err(fault::field_size(longest, limits)),
        false => Ok(Fields(fields)),
    }
}

fn without_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split_up(bytes: &[u8], width: usize) -> Result<Vec<Vec<u8>>, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let limits = Limits {
            field: 20,
            record: 200,
            ..Limits::default()
        };
        let split = runtime.block_on(split(bytes, width, &limits));
        match split {
            Ok(Fields(fields)) => Ok(fields.iter().map(<[u8]>::to_vec).collect()),
            Err(violation) => Err(violation.rule),
        }
    }

    #[test]
    fn what_is_not_one_record_has_the_rule_of_the_reader() {
        assert_eq!(
            split_up(b"1,\"a\nb\"\r\n", 2).unwrap(),
            [&b"1"[..], b"a\nb"]
        );
        let broken: [(&[u8], &str); 8] = [
            (b"", "csv.width"),
            (b"1,2", "csv.width"),
            (b"1\n2", "csv.width"),
            (b"\"1", "csv.quote"),
            (b"1\"", "csv.quote"),
            (b"\xef\xbb\xbf1", "byte.bom"),
            (b"123456789012345678901", "csv.size"),
            (&[b'1'; 201], "csv.size"),
        ];
        for (bytes, rule) in broken {
            assert_eq!(split_up(bytes, 1).unwrap_err(), rule, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(fields in prop::collection::vec("[ab,\"\r\n]{0,6}", 1..6)) {
            let quoted: Vec<_> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            let read = split_up(quoted.join(",").as_bytes(), fields.len()).unwrap();
            let expected: Vec<_> = fields.iter().map(|field| field.as_bytes().to_vec()).collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn nothing_panics(bytes in prop::collection::vec(prop::sample::select(b"a,\"\r\n\xef\xbb\xbf".to_vec()), 0..20)) {
            let _ = split_up(&bytes, 2);
        }
    }
}
