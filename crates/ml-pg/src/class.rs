//! Which class an error of the client is of: every SQLSTATE and every kind of I/O error has one.

use std::error::Error as StdError;
use std::io;

use ml_core::Class;

/// That of a SQLSTATE; of one that is not known here, fatal.
pub(crate) fn of_code(code: &str) -> Class {
    match code {
        // the connection went, the server goes down, or it says itself that it does not know
        "08003" | "08006" | "08007" | "40003" | "57P01" | "57P02" => Class::Unknown,
        "08001" | "08004" | "25006" | "40001" | "40P01" | "53300" | "55P03" | "57014" | "57P03" => {
            Class::Transient
        }
        "53100" | "53200" | "53400" => Class::Wait,
        "54000" => Class::Rows,
        _ if code.starts_with("22") || code.starts_with("23") => Class::Rows,
        _ => Class::Fatal,
    }
}

/// That of an error of a connection.
pub(crate) fn of_io(kind: io::ErrorKind) -> Class {
    use io::ErrorKind::{
        AddrInUse, AddrNotAvailable, BrokenPipe, ConnectionAborted, ConnectionRefused,
        ConnectionReset, HostUnreachable, Interrupted, NetworkDown, NetworkUnreachable,
        NotConnected, OutOfMemory, QuotaExceeded, ResourceBusy, StorageFull, TimedOut,
        UnexpectedEof, WouldBlock,
    };
    match kind {
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | TimedOut
        | UnexpectedEof => Class::Unknown,
        AddrInUse | AddrNotAvailable | ConnectionRefused | HostUnreachable | Interrupted
        | NetworkDown | NetworkUnreachable | ResourceBusy | WouldBlock => Class::Transient,
        OutOfMemory | QuotaExceeded | StorageFull => Class::Wait,
        _ => Class::Fatal,
    }
}

/// That of an error of the client: the server's code, else what the connection met with; without either, fatal.
pub(crate) fn of(error: &tokio_postgres::Error) -> Class {
    if let Some(said) = error.as_db_error() {
        return of_code(said.code().code());
    }
    if error.is_closed() {
        return Class::Unknown;
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(met) = inner.downcast_ref::<io::Error>() {
            return of_io(met.kind());
        }
        cause = inner.source();
    }
    Class::Fatal
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    fn class_of(mut number: u32) -> Class {
        let mut code = *b"00000";
        for place in code.iter_mut().rev() {
            *place = ALPHABET[(number % 36) as usize];
            number /= 36;
        }
        of_code(std::str::from_utf8(&code).unwrap())
    }

    /// P11: of all 60,466,176 codes. Those that pass or are about rows are the ones of the table, and no others: of the nine
    /// classes of codes that it names every code is asked, of the others every thousandth, because they go by two letters.
    #[test]
    fn every_code_has_one_class() {
        let mut counts = [0_u32; 5];
        let within = 36_u32.pow(3);
        for first in 0..36_u32.pow(2) {
            let named = [8, 74, 75, 77, 144, 183, 184, 185, 187].contains(&first);
            let step = if named { 1 } else { 1_009 };
            for number in (0..within).step_by(step) {
                counts[class_of(first * within + number) as usize] += 1;
            }
        }
        assert_eq!(counts[..4], [6, 9, 3, 2 * within + 1]);
        assert!(counts[4] > 7 * within - 19);
    }

    /// P11: what is not listed is fatal, so that a kind which comes to be is no endless loop.
    #[test]
    fn every_kind_of_io_error_has_one_class() {
        use io::ErrorKind as K;
        let expected = |kind| match kind {
            K::BrokenPipe | K::ConnectionAborted | K::ConnectionReset => Class::Unknown,
            K::NotConnected | K::TimedOut | K::UnexpectedEof => Class::Unknown,
            K::AddrInUse | K::AddrNotAvailable | K::ConnectionRefused => Class::Transient,
            K::HostUnreachable | K::NetworkDown | K::NetworkUnreachable => Class::Transient,
            K::Interrupted | K::ResourceBusy | K::WouldBlock => Class::Transient,
            K::OutOfMemory | K::QuotaExceeded | K::StorageFull => Class::Wait,
            _ => Class::Fatal,
        };
        // every kind that the system has a number for
        let kinds: Vec<K> = (1..=133)
            .map(|number| io::Error::from_raw_os_error(number).kind())
            .chain([K::UnexpectedEof, K::InvalidData, K::WriteZero, K::Other])
            .collect();
        for kind in kinds {
            assert_eq!(of_io(kind), expected(kind), "{kind:?}");
        }
    }
}
