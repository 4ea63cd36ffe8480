use std::borrow::Cow;

use super::blank::trimmed;
use super::{Standardiser, lower};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// An e-mail address without blanks around it and with its domain in lower case.
///
/// The local part stays as it is: only its own server may say that case does not matter there.
///
/// ```
/// use ml_silver::standardise::email;
/// assert_eq!(email(" Ada.L@Example.COM "), "Ada.L@example.com");
/// ```
pub fn email(text: &str) -> String {
    let trimmed = trimmed(text);
    match trimmed.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", lower(domain)),
        None => trimmed.to_string(),
    }
}

/// E-mail addresses as [`email`] makes them, with domains as mail servers write them (IDNA), and by the rules of providers that
/// were added.
///
/// A domain goes through UTS #46's ToASCII, non-transitional, with the rules of STD3 and the lengths of DNS: `Bücher.example` is
/// `xn--bcher-kva.example`. One that does not pass stays in lower case, for a rule to find. Text without `@` only
/// loses the blanks around it.
///
/// ```
/// use ml_silver::standardise::{Emails, MailProvider, Standardiser};
///
/// let plain = Emails::new();
/// assert_eq!(plain.apply(" Ada@Bücher.Example ").as_deref(), Some("Ada@xn--bcher-kva.example"));
/// let people = plain.provider(MailProvider::GMAIL);
/// assert_eq!(people.apply("Ada.L+news@GoogleMail.com").as_deref(), Some("adal@gmail.com"));
/// assert_eq!(people.apply("Ada.L+news@example.com").as_deref(), Some("Ada.L+news@example.com"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emails {
    providers: Vec<MailProvider>,
}

impl Emails {
    /// Without the rules of any provider.
    pub fn new() -> Self {
        Emails::default()
    }

    /// Adds the rules of a provider: addresses that reach the same person become one. The address that was given is
    /// better kept in a column of its own: tags are how people tell who sold it.
    pub fn provider(mut self, provider: MailProvider) -> Self {
        self.providers.push(provider);
        self
    }
}

impl Standardiser for Emails {
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("emails")
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let trimmed = trimmed(text);
        let Some((local, domain)) = trimmed.rsplit_once('@') else {
            return Some(Cow::Borrowed(trimmed));
        };
        let domain = ascii(lower(domain));
        let has_it = |provider: &&MailProvider| provider.domains.contains(&domain.as_str());
        Some(Cow::Owned(match self.providers.iter().find(has_it) {
            Some(provider) => provider.address(local),
            None => format!("{local}@{domain}"),
        }))
    }
}

/// The domain as mail servers write it, or as it is.
fn ascii(domain: String) -> String {
    let (rules, hyphens) = (AsciiDenyList::STD3, Hyphens::Allow);
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        rules,
        hyphens,
        DnsLength::VerifyAllowRootDot,
    );
    ascii.map(Cow::into_owned).unwrap_or(domain)
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
    /// Gmail: dots do not matter, and `+` begins a tag ("Dots don't matter in Gmail addresses", "Send emails from a different address or
    /// alias", support.google.com/mail/answer/7436150 and 22370). Accounts of firms at Google have domains of their own, where dots do.
    pub const GMAIL: MailProvider = MailProvider {
        domains: &["gmail.com", "googlemail.com"],
        ignored: &['.'],
        tag: Some('+'),
    };

    /// An address of which nothing would be left stays as it is.
    fn address(&self, local: &str) -> String {
        let untagged = self.tag.and_then(|tag| local.split_once(tag));
        let name = untagged.map_or(local, |(name, _)| name);
        let name = lower(&name.replace(self.ignored, ""));
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
        let emails = Emails::new().provider(MailProvider::GMAIL);
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
            let emails = Emails::new().provider(MailProvider::GMAIL);
            let once = emails.apply(&local).unwrap().into_owned();
            prop_assert_eq!(emails.apply(&once).unwrap(), once.as_str());
            let once = emails.apply(&format!("{local}@{domain}")).unwrap().into_owned();
            prop_assert_eq!(emails.apply(&once).unwrap(), once.as_str());
        }
    }
}
