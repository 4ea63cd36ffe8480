use std::borrow::Cow;

use super::blank::trimmed;
use super::{Standardiser, lower};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// An e-mail address (RFC 5321 §4.1.2, RFC 5322 §3.4.1) without blanks around it and with its domain as mail servers
/// write it.
///
/// A domain goes through ToASCII of UTS #46, non-transitional, as IDNA2008 has it (RFC 5891), with the rules of STD3
/// and the lengths of DNS: it comes out in lower case, and `Bücher.example` as `xn--bcher-kva.example`. One that does
/// not pass stays, in lower case, for a rule to find. The local part stays as it is: only its own server may say that
/// case does not matter there (RFC 5321 §2.4). Text without `@` only loses the blanks around it.
///
/// ```
/// use ml_silver::standardise::email;
/// assert_eq!(email(" Ada.L@Example.COM "), "Ada.L@example.com");
/// assert_eq!(email("ada@Bücher.Example"), "ada@xn--bcher-kva.example");
/// ```
pub fn email(text: &str) -> Cow<'_, str> {
    let trimmed = trimmed(text);
    let Some((local, domain)) = trimmed.rsplit_once('@') else {
        return Cow::Borrowed(trimmed);
    };
    let standard = ascii(domain);
    match standard == domain {
        true => Cow::Borrowed(trimmed),
        false => Cow::Owned(format!("{local}@{standard}")),
    }
}

/// The domain as mail servers write it, or in lower case.
fn ascii(domain: &str) -> Cow<'_, str> {
    let (rules, hyphens) = (AsciiDenyList::STD3, Hyphens::Allow);
    let length = DnsLength::VerifyAllowRootDot;
    let lower = lower(domain);
    match Uts46::new().to_ascii(lower.as_bytes(), rules, hyphens, length) {
        Ok(ascii) if ascii != lower => Cow::Owned(ascii.into_owned()),
        _ => lower,
    }
}

/// E-mail addresses as [`email()`] makes them, and by the rules of providers that were added.
///
/// ```
/// use ml_silver::standardise::{Emails, MailProvider, Standardiser};
///
/// let people = Emails::of([MailProvider::GMAIL]);
/// assert_eq!(people.apply("Ada.L+news@GoogleMail.com").as_deref(), Some("adal@gmail.com"));
/// assert_eq!(people.apply("Ada.L+news@Example.com").as_deref(), Some("Ada.L+news@example.com"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emails {
    providers: Vec<MailProvider>,
}

impl Emails {
    /// By the rules of these providers: addresses that reach the same person become one. The address that was given is
    /// better kept in a column of its own: tags are how people tell who sold it.
    pub fn of(providers: impl IntoIterator<Item = MailProvider>) -> Self {
        Emails {
            providers: providers.into_iter().collect(),
        }
    }

    fn address(&self, address: &str) -> Option<String> {
        let (local, domain) = address.rsplit_once('@')?;
        let mut providers = self.providers.iter();
        let provider = providers.find(|provider| provider.domains.contains(&domain))?;
        Some(provider.address(local))
    }
}

impl Standardiser for Emails {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("email_of_provider")
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let standard = email(text);
        let address = self.address(&standard);
        Some(address.map_or(standard, Cow::Owned))
    }
}

/// What a provider of mail says about its addresses: case in them does not matter, and what else does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailProvider {
    /// Its domains in lower case, the one to write first.
    pub domains: &'static [&'static str],
    /// Characters of the local part that do not matter.
    pub ignored: &'static [char],
    /// What begins a tag, which ends with the local part.
    pub tag: Option<char>,
}

impl MailProvider {
    /// Gmail: dots do not matter, and `+` begins a tag ("Dots don't matter in Gmail addresses", "Send emails from a
    /// different address or alias", support.google.com/mail/answer/7436150 and 22370). Accounts of firms at Google have
    /// domains of their own, where dots do.
    pub const GMAIL: MailProvider = MailProvider {
        domains: &["gmail.com", "googlemail.com"],
        ignored: &['.'],
        tag: Some('+'),
    };

    /// An address of which nothing would be left stays as it is.
    fn address(&self, local: &str) -> String {
        let untagged = self.tag.and_then(|tag| local.split_once(tag));
        let name = untagged.map_or(local, |(name, _)| name);
        let name = name.replace(self.ignored, "").to_lowercase();
        let local = if name.is_empty() { local } else { &name };
        let domain = self.domains.first().copied().unwrap_or_default();
        format!("{local}@{domain}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standardise::awkward::awkward;
    use proptest::prelude::*;

    fn assert_standard(text: &str, standard: &str) {
        let emails = Emails::of([MailProvider::GMAIL]);
        assert_eq!(emails.apply(text).as_deref(), Some(standard), "{text:?}");
    }

    #[test]
    fn dirty_addresses_become_standard() {
        assert_standard("\u{feff}ADA@EXAMPLE.COM\u{a0}", "ADA@example.com");
        assert_standard("ada@straße.example", "ada@xn--strae-oqa.example");
        assert_standard("ada@ＥＸＡＭＰＬＥ．com", "ada@example.com");
        assert_standard("A.D.A@gmail.com", "ada@gmail.com");
        assert_standard("ada+a+b@googlemail.com", "ada@gmail.com");
        assert_standard("+a@gmail.com", "+a@gmail.com");
        assert_standard("...@gmail.com", "...@gmail.com");
    }

    #[test]
    fn what_is_no_address_is_left_for_a_rule() {
        for text in [
            "",
            "ada",
            "ada@",
            "@",
            "ada@a b.com",
            "ada@exa_mple.com",
            "ada@example..com",
        ] {
            assert_standard(text, text);
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(
            local in prop_oneof![awkward(), any::<String>(), "[a-cA-C.+]{0,6}"],
            domain in prop_oneof![awkward(), any::<String>(), "(gmail|googlemail|GMAIL)[.]com"],
        ) {
            let emails = Emails::of([MailProvider::GMAIL]);
            let once = emails.apply(&local).unwrap().into_owned();
            prop_assert_eq!(emails.apply(&once).unwrap(), once.as_str());
            let once = emails.apply(&format!("{local}@{domain}")).unwrap().into_owned();
            prop_assert_eq!(emails.apply(&once).unwrap(), once.as_str());
        }
    }
}
