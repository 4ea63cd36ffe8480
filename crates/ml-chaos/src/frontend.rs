use bytes::{Buf, Bytes, BytesMut};

/// What a client sends, message by message. Source: PostgreSQL documentation, "Message Formats".
#[derive(Debug, Default)]
pub(crate) struct Frontend {
    waiting: BytesMut,
    /// Whether the message has come that starts a session: those before it have no type.
    started: bool,
}

/// Requests that a client may make before it starts a session: TLS, GSSAPI encryption, and cancelling.
const REQUESTS: [u32; 3] = [80_877_103, 80_877_104, 80_877_102];

impl Frontend {
    /// Takes what was received.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// The next whole message and its type.
    pub(crate) fn next(&mut self) -> Option<(char, Bytes)> {
        let tag = usize::from(self.started);
        let mut head = self.waiting.get(tag..tag + 4)?;
        let length = head.get_u32() as usize + tag;
        if self.waiting.len() < length.max(tag + 4) {
            return None;
        }
        let message = self.waiting.split_to(length.max(tag + 4)).freeze();
        let ty = match self.started {
            true => char::from(message[0]),
            false => '-',
        };
        let code = message.get(4..8).map(|mut code| code.get_u32());
        self.started |= code.is_some_and(|code| !REQUESTS.contains(&code));
        Some((ty, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn startup() -> Vec<u8> {
        [
            &12_u32.to_be_bytes()[..],
            &196_608_u32.to_be_bytes(),
            b"a\0b\0",
        ]
        .concat()
    }

    #[test]
    fn messages_are_whole_whatever_they_came_in() {
        let tls = [8_u32.to_be_bytes(), 80_877_103_u32.to_be_bytes()].concat();
        let query = [&b"Q"[..], &9_u32.to_be_bytes(), b"DROP\0"].concat();
        let sync = [&b"S"[..], &4_u32.to_be_bytes()].concat();
        let sent = [tls, startup(), query, sync].map(Bytes::from);
        let all = sent.concat();
        for size in 1..all.len() {
            let (mut frontend, mut seen) = (Frontend::default(), Vec::new());
            for part in all.chunks(size) {
                frontend.push(part);
                seen.extend(std::iter::from_fn(|| frontend.next()));
            }
            let types: String = seen.iter().map(|(ty, _)| ty).collect();
            let messages: Vec<Bytes> = seen.into_iter().map(|(_, message)| message).collect();
            assert_eq!(
                (messages, &*types),
                (sent.to_vec(), "--QS"),
                "in parts of {size}"
            );
        }
    }

    #[test]
    fn a_length_that_cannot_be_is_no_endless_loop() {
        let mut frontend = Frontend::default();
        frontend.push(&startup());
        frontend.push(&[b'Q', 0, 0, 0, 0, 0]);
        assert!(frontend.next().is_some());
        assert_eq!(frontend.next().map(|(_, message)| message.len()), Some(5));
        assert_eq!(frontend.next(), None);
    }
}
