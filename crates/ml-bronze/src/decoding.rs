use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use encoding_rs::{Decoder, DecoderResult, mem};
use tokio::io::{AsyncRead, ReadBuf};

use crate::Encoding;

/// How many bytes are decoded at once.
const BLOCK: usize = 32 << 10;

/// What no UTF-8 text has: it stands where a sequence means nothing in the text's encoding, so that its field is held
/// back as `byte.utf8` and no replacement character is loaded.
const NOTHING: u8 = 0xff;

/// A text in another encoding, read as UTF-8.
pub(crate) struct Decoding<F> {
    file: F,
    decoder: Option<Decoder>,
    /// Where it is read to.
    read: Vec<u8>,
    /// What is decoded and was not asked for, and how much of it was.
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<F> Decoding<F> {
    pub(crate) fn new(file: F, encoding: Encoding) -> Self {
        Decoding {
            file,
            decoder: encoding.decoder(),
            read: vec![0; BLOCK],
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn decode(&mut self, len: usize) {
        self.ended = len == 0;
        self.given = 0;
        // a byte becomes three at most, and the decoder may owe what it kept back
        self.text.resize(3 * BLOCK + 16, 0);
        let (read, text) = (&self.read[..len], &mut self.text[..]);
        let written = match &mut self.decoder {
            Some(decoder) => decode(decoder, read, text, self.ended),
            None => mem::convert_latin1_to_utf8(read, text),
        };
        self.text.truncate(written);
    }
}

/// All of `read` as UTF-8; answers how many bytes that are.
fn decode(decoder: &mut Decoder, read: &[u8], text: &mut [u8], is_last: bool) -> usize {
    let (mut from, mut to) = (0, 0);
    loop {
        let (result, taken, written) =
            decoder.decode_to_utf8_without_replacement(&read[from..], &mut text[to..], is_last);
        from += taken;
        to += written;
        match result {
            DecoderResult::Malformed(..) => {
                text[to] = NOTHING;
                to += 1;
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => return to,
        }
    }
}

impl<F: AsyncRead + Unpin> AsyncRead for Decoding<F> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let decoding = self.get_mut();
        while decoding.given == decoding.text.len() && !decoding.ended {
            let mut block = ReadBuf::new(&mut decoding.read);
            ready!(Pin::new(&mut decoding.file).poll_read(context, &mut block))?;
            let len = block.filled().len();
            decoding.decode(len);
        }
        let rest = &decoding.text[decoding.given..];
        let given = rest.len().min(out.remaining());
        out.put_slice(&rest[..given]);
        decoding.given += given;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::laws::run;
    use proptest::prelude::*;
    use tokio::io::AsyncReadExt;

    fn decoded(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut text = Vec::new();
        run(Decoding::new(bytes, encoding).read_to_end(&mut text)).unwrap();
        text
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn what_means_nothing_becomes_no_character() {
        assert_eq!(decoded(b"a\0\x00\xd8b\0", Encoding::Utf16Le), b"a\xffb");
        assert_eq!(decoded(b"a\0b", Encoding::Utf16Le), b"a\xff");
    }

    #[test]
    fn the_two_western_encodings_differ_at_80() {
        assert_eq!(decoded(b"\x80\xe9", Encoding::Windows1252), "€é".as_bytes());
        assert_eq!(decoded(b"\x80\xe9", Encoding::Latin1), "\u{80}é".as_bytes());
    }

    /// A byte that becomes three, in every place of more than a block.
    #[test]
    fn the_widest_text_comes_through() {
        let (bytes, text) = (vec![0x80; 3 * BLOCK + 1], "€".repeat(3 * BLOCK + 1));
        assert!(decoded(&bytes, Encoding::Windows1252) == text.as_bytes());
        let text = "\u{800}".repeat(BLOCK + 1);
        assert!(decoded(&utf16(&text, u16::to_be_bytes), Encoding::Utf16Be) == text.as_bytes());
    }

    proptest! {
        #[test]
        fn text_comes_through(text in "[a-zü€😀\n]{0,200}", times in 1..400_usize) {
            let text = text.repeat(times);
            prop_assert_eq!(decoded(&utf16(&text, u16::to_le_bytes), Encoding::Utf16Le), text.as_bytes());
            let marked = format!("\u{feff}{text}");
            prop_assert_eq!(decoded(&utf16(&marked, u16::to_be_bytes), Encoding::Utf16Be), text.as_bytes());
        }

        #[test]
        fn every_byte_is_a_character_of_latin_1(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
            prop_assert_eq!(decoded(&bytes, Encoding::Latin1), text.as_bytes());
        }
    }
}
