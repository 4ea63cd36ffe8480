use bytes::{Buf, BytesMut};

/// How many requests of a client a server has done with, by what it answers. Source: PostgreSQL documentation, "Message
/// Formats".
#[derive(Debug, Default)]
pub(crate) struct Backend {
    waiting: BytesMut,
    /// How many bytes of the message under way are still to come.
    left: usize,
}

impl Backend {
    /// Takes what was received; answers how many requests it ends. The start of a COPY from the client ends one, too: the
    /// request for it is heard no more.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> u64 {
        let mut ended = 0;
        while !bytes.is_empty() {
            let passed = self.left.min(bytes.len());
            self.left -= passed;
            bytes.advance(passed);
            if bytes.is_empty() {
                break;
            }
            let head = bytes.len().min(5 - self.waiting.len());
            self.waiting.extend_from_slice(&bytes[..head]);
            bytes.advance(head);
            if self.waiting.len() == 5 {
                let ty = self.waiting.get_u8();
                let length = self.waiting.get_u32() as usize;
                self.left = length.saturating_sub(4);
                ended += u64::from(b"ZG".contains(&ty));
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_end_whatever_the_answers_came_in() {
        let answers = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05IC\0\0\0\x06Z\0Z\0\0\0\x05TG\0\0\0\x07\x01\0\0Z\0\0\0\x05I";
        for size in 1..answers.len() {
            let mut backend = Backend::default();
            let ended: u64 = answers.chunks(size).map(|part| backend.push(part)).sum();
            assert_eq!(ended, 4, "in parts of {size}");
        }
    }
}
