use csv_async::ByteRecord;
use memchr::{memchr, memchr_iter};
use ml_core::RawFields;

/// The fields of a CSV record, for the decoder.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    record: &'a ByteRecord,
    /// All of them, one behind the other, when they are text without NUL.
    text: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(record: &'a ByteRecord) -> Self {
        let bytes = record.as_slice();
        let text = std::str::from_utf8(bytes).ok();
        Fields {
            record,
            text: text.filter(|_| memchr(0, bytes).is_none()),
        }
    }

    /// The values one behind the other.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.record.as_slice()
    }
}

impl RawFields for Fields<'_> {
    #[inline]
    fn raw(&self, index: usize) -> Option<&[u8]> {
        self.record.get(index)
    }

    /// Bytes that are text together need not be so apart: a character may have been cut in two.
    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        self.text?.get(self.record.range(index)?)
    }
}

/// Cuts a record without quotes into its fields.
///
/// Delimiters are all there is to it: csv-async, which looks at every byte, takes five times as long to find them.
pub(crate) fn cut(record: &[u8], delimiter: u8, fields: &mut ByteRecord) {
    fields.clear();
    let mut start = 0;
    for end in memchr_iter(delimiter, record) {
        fields.push_field(&record[start..end]);
        start = end + 1;
    }
    fields.push_field(&record[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use csv_async::AsyncReaderBuilder;
    use proptest::prelude::*;

    /// Dialects with a delimiter each, and with every kind of symbol.
    fn dialects() -> impl Strategy<Value = Dialect> {
        let csv = Dialect::csv();
        let single = csv.clone().delimiter(b';').quote(Some(b'|'));
        prop::sample::select(vec![
            csv.clone(),
            single.escape(Some(b'\\')),
            csv.delimiter(b'\t').quote(None),
        ])
    }

    #[test]
    fn fields_are_text_at_once_where_each_of_them_is() {
        let text = |fields: &[&[u8]], index| {
            let mut record = ByteRecord::new();
            fields.iter().for_each(|field| record.push_field(field));
            let fields = Fields::of(&record);
            assert_eq!(fields.bytes(), record.as_slice());
            fields.text(index).map(str::to_owned)
        };
        let sound: [&[u8]; 2] = ["ü".as_bytes(), b""];
        assert_eq!(text(&sound, 0).as_deref(), Some("ü"));
        assert_eq!(text(&sound, 1).as_deref(), Some(""));
        assert_eq!(text(&sound, 2), None);
        // together they are a character
        let torn: [&[u8]; 3] = [b"\xc3", b"\xbc", b"a"];
        assert_eq!(
            [0, 1, 2].map(|index| text(&torn, index)),
            [None, None, Some("a".into())]
        );
        assert_eq!(text(&[b"a", b"\0"], 0), None);
        assert_eq!(text(&[b"a", b"\xff"], 0), None);
    }

    proptest! {
        #[test]
        fn a_record_without_quotes_is_cut_as_csv_async_cuts_it(
            raw in "[a-c, ;\t#ü\\\\']{1,20}",
            dialect in dialects(),
        ) {
            let marks = dialect.marks();
            let (mut ours, mut theirs) = (ByteRecord::new(), ByteRecord::new());
            cut(raw.as_bytes(), marks.delimiter, &mut ours);
            let mut csv = AsyncReaderBuilder::new();
            csv.has_headers(false).delimiter(marks.delimiter).escape(marks.escape);
            match marks.quote {
                Some(quote) => csv.quote(quote),
                None => csv.quoting(false),
            };
            let mut csv = csv.create_reader(raw.as_bytes());
            crate::laws::run(async { assert!(csv.read_byte_record(&mut theirs).await.unwrap()) });
            prop_assert_eq!(ours, theirs);
        }
    }
}
