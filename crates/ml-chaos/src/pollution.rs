use crate::{Column, Holds, Invariant};

/// Something that is wrong with a record, for which it has to be held back while its neighbours load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pollution {
    /// A field too few.
    Missing,
    /// A field too many.
    Surplus,
    /// Something between the end of a quoted field and the delimiter.
    StrayQuote,
    /// A line that is `\.`: to the server, the end of a COPY.
    EndMarker,
    /// A byte 0 in a text.
    Nul,
    /// Bytes in a text that are no UTF-8.
    NotUtf8,
    /// `NaN`, which a `numeric` takes.
    NotANumber,
    /// `Infinity`, which a `numeric` takes.
    Infinite,
    /// Text for a number.
    Letters,
    /// A text of one byte more than a field may have.
    Oversized,
    /// A quote that nothing closes up to the end of the file.
    OpenQuote,
}

impl Pollution {
    /// All of them, in an order in which a file can have them all: a quote after the open one would close it.
    pub const ALL: [Pollution; 11] = [
        Pollution::Missing,
        Pollution::Surplus,
        Pollution::StrayQuote,
        Pollution::EndMarker,
        Pollution::Nul,
        Pollution::NotUtf8,
        Pollution::NotANumber,
        Pollution::Infinite,
        Pollution::Letters,
        Pollution::Oversized,
        Pollution::OpenQuote,
    ];

    /// What does not hold when such a record is loaded.
    pub(crate) fn invariant(self) -> Invariant {
        match self {
            Pollution::Oversized => Invariant::Bounded,
            _ => Invariant::Reconciles,
        }
    }

    /// The line of a record of these plain values, polluted; `None` where no column can be.
    pub(crate) fn line(
        self,
        row: &[String],
        columns: &[Column],
        longest: usize,
    ) -> Option<Vec<u8>> {
        let place = |holds| columns.iter().position(|column| column.holds == holds);
        let with = |holds, value: Vec<u8>| {
            let at = place(holds)?;
            let mut fields: Vec<Vec<u8>> = row.iter().map(|field| field.clone().into()).collect();
            fields[at] = value;
            Some(fields.join(&b','))
        };
        let text = |value: &[u8]| with(Holds::Text, value.to_vec());
        let number = |value: &str| with(Holds::Number, value.into());
        match self {
            Pollution::Missing => Some(row[..row.len() - 1].join(",").into()),
            Pollution::Surplus => Some(format!("{},more", row.join(",")).into()),
            Pollution::StrayQuote => text(b"\"a\"b"),
            Pollution::OpenQuote => text(b"\"a"),
            Pollution::EndMarker => Some(b"\\.".to_vec()),
            Pollution::Nul => text(b"a\0b"),
            Pollution::NotUtf8 => text(b"a\xffb"),
            Pollution::NotANumber => number("NaN"),
            Pollution::Infinite => number("Infinity"),
            Pollution::Letters => number("twelve"),
            Pollution::Oversized => text(&vec![b'x'; longest + 1]),
        }
    }
}
