use std::net::{Ipv4Addr, Ipv6Addr};

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

fn accepted(format: Format, texts: &[&str]) {
    for text in texts {
        assert!(format.is_match(text), "{format}: {text:?}");
    }
}

fn refused(format: Format, texts: &[&str]) {
    for text in texts {
        assert!(!format.is_match(text), "{format}: {text:?}");
    }
}

#[test]
fn all_are_there_and_compile() {
    for (place, format) in Format::ALL.into_iter().enumerate() {
        assert_eq!(format as usize, place);
        assert!(!format.regexes().is_empty());
        assert!(!format.is_match(""), "{format}");
        let json = serde_json::to_string(&format).unwrap();
        assert_eq!(json, format!("\"{format}\""));
    }
}

#[test]
fn what_has_the_format() {
    accepted(
        Format::EmailStrict,
        &[
            "ada@example.com",
            "a.b+c@mail.example.co.uk",
            "a@xn--bcher-kva.example",
        ],
    );
    accepted(
        Format::Url,
        &[
            "http://localhost",
            "HTTPS://example.com:8443/a/b.html?x=1&y=%20#top",
            "https://example.com.?q",
            "http://127.0.0.1/",
            "https://example.com/(a)/~b;c=d",
        ],
    );
    accepted(
        Format::Uuid,
        &[
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        ],
    );
    accepted(
        Format::Phone,
        &["+4915112345678", "+6834000", "+123456789012345"],
    );
}

#[test]
fn what_has_it_not() {
    refused(
        Format::EmailStrict,
        &[
            "a@b",
            "a@127.0.0.1",
            ".a@example.com",
            "a.@example.com",
            "a..b@example.com",
            "a@example.c",
            "a@example.com\n",
        ],
    );
    let long = format!("{}@example.com", "a".repeat(65));
    let longer = format!("a@{}.example.com", vec!["b".repeat(63); 4].join("."));
    refused(Format::EmailStrict, &[&long, &longer]);
    refused(
        Format::Url,
        &[
            "example.com",
            "ftp://example.com",
            "http://",
            "http://user:secret@example.com",
            "http://exa mple.com",
            "http://-a.com",
            "http://a..b",
            "http://bücher.example",
            "http://example.com/%zz",
            "http://example.com:123456",
            "http://example.com/\n",
        ],
    );
    refused(
        Format::Uuid,
        &[
            "f81d4fae7dec11d0a76500a0c91e6bf6",
            "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}",
            "g81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        ],
    );
    refused(
        Format::Phone,
        &[
            "4915112345678",
            "+0151",
            "+123456",
            "+1234567890123456",
            "+49 151 1234567",
            "+٤٩١٥١١٢٣٤",
        ],
    );
}

/// Every day of every year, and the days there are not.
#[test]
fn a_date_is_one_of_the_calendar() {
    for year in 0..=9_999 {
        for (month, day) in [
            (1, 31),
            (2, 28),
            (2, 29),
            (2, 30),
            (4, 30),
            (4, 31),
            (9, 31),
            (11, 31),
            (12, 31),
            (12, 32),
            (13, 1),
            (0, 1),
            (1, 0),
        ] {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let is_day = year > 0 && NaiveDate::from_ymd_opt(year, month, day).is_some();
            assert_eq!(Format::IsoDate.is_match(&text), is_day, "{text}");
        }
    }
    for offset in 0..800 {
        let day = NaiveDate::from_ymd_opt(1999, 12, 1).unwrap() + chrono::Days::new(offset);
        assert!(Format::IsoDate.is_match(&day.to_string()), "{day}");
    }
    refused(
        Format::IsoDate,
        &[
            "2026-1-01",
            "20260101",
            "2026-01-01T00:00:00",
            " 2026-01-01",
            "+2026-01-01",
            "10000-01-01",
        ],
    );
}

#[test]
fn an_address_may_be_short() {
    let groups = [
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::8",
        "1:2:3::7:8",
        "fe80::1",
        "::ffff:192.0.2.1",
        "1:2:3:4:5:6:192.0.2.1",
        "1::3:4:192.0.2.1",
        "::192.0.2.1",
        "1:2:3:4:5::192.0.2.1",
    ];
    accepted(Format::Ipv6, &groups);
    refused(
        Format::Ipv6,
        &[
            ":::",
            "1:2:3:4:5:6:7",
            "1::2::3",
            "fe80::1%eth0",
            "12345::",
            "::192.0.2.256",
            "[::1]",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:192.0.2.1",
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    /// The standard library is the oracle.
    #[test]
    fn ipv6_is_what_the_standard_library_reads(text in "([0-9a-fA-F]{0,5}(:|::)){0,9}([0-9a-f]{0,4}|[0-9]{1,3}(\\.[0-9]{1,3}){3})", address in any::<u128>(), zeros in any::<u8>()) {
        prop_assert_eq!(Format::Ipv6.is_match(&text), text.parse::<Ipv6Addr>().is_ok(), "{}", text);
        let mut groups = Ipv6Addr::from(address).segments();
        for (place, group) in groups.iter_mut().enumerate() {
            if zeros & (1 << place) != 0 { *group = 0; }
        }
        let written = Ipv6Addr::from(groups).to_string();
        prop_assert!(Format::Ipv6.is_match(&written), "{}", written);
    }

    #[test]
    fn ipv4_is_what_the_standard_library_reads(text in "[0-9]{1,3}(\\.[0-9]{1,3}){2,4}", address in any::<u32>()) {
        prop_assert_eq!(Format::Ipv4.is_match(&text), text.parse::<Ipv4Addr>().is_ok(), "{}", text);
        prop_assert!(Format::Ipv4.is_match(&Ipv4Addr::from(address).to_string()));
    }

    /// The scanners accept what their patterns do; check digits come on top.
    #[test]
    fn scanners_are_their_patterns(text in "[a-zA-Z0-9@.+_-]{0,20}|[A-Z]{2}[0-9]{2}[A-Z0-9]{9,32}|[0-9]{0,20}") {
        let matched = |format: Format| format.regexes().iter().all(|regex| regex.is_match(&text));
        prop_assert_eq!(Format::Email.is_match(&text), matched(Format::Email));
        prop_assert!(matched(Format::Iban) || !Format::Iban.is_match(&text));
        prop_assert!(matched(Format::Luhn) || !Format::Luhn.is_match(&text));
    }
}
