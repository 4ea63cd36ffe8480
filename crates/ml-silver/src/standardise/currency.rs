use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::conform::key;
use super::reader::or_same;
use super::{Reader, Standardiser, Unread};
use iso_currency::{Currency, IntoEnumIterator};

/// Reads currencies as their codes in ISO 4217, by code, number, English name or sign, whatever case and blanks.
///
/// A sign is known where it means one currency: those of Unicode's block Currency Symbols that one currency has (`€`,
/// `₹`, `₺`), and those that CLDR's root locale gives one currency (`US$`, `CA$`, `R$`). `$`, `£`, `¥`, `kr` mean
/// several, and are read only where they are declared.
///
/// As a [`Standardiser`] it leaves what it does not know as it is; what it makes passes the rule `is_currency`.
///
/// ```
/// use ml_silver::standardise::{Currencies, Reader};
///
/// let currencies = Currencies::new();
/// assert_eq!(currencies.read(" pound  Sterling"), Ok("GBP"));
/// assert_eq!(currencies.read("€"), Ok("EUR"));
/// assert_eq!(currencies.read("840"), Ok("USD"));
/// assert!(currencies.read("$").is_err());
/// assert_eq!(currencies.sign("$", Currency::AUD).read("$"), Ok("AUD"));
/// # use ml_silver::standardise::Currency;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Currencies {
    signs: BTreeMap<String, Currency>,
}

impl Currencies {
    /// What is known without a declaration.
    pub fn new() -> Self {
        Currencies::default()
    }

    /// Declares what a sign or a word means; it comes before what is known without, but a code is always itself.
    pub fn sign(mut self, sign: &str, currency: Currency) -> Self {
        self.signs.insert(key(sign), currency);
        self
    }

    /// The currency that text names.
    ///
    /// # Errors
    /// Text that names none, or more than one.
    pub fn currency(&self, text: &str) -> Result<Currency, Unread> {
        let key = key(text);
        let code = || Currency::from_code(&key);
        let declared = || self.signs.get(&key).copied();
        let known = || KNOWN.get(&key).copied().flatten();
        code().or_else(declared).or_else(known).ok_or_else(unread)
    }
}

impl Reader for Currencies {
    type Value = &'static str;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("currency")
    }

    fn read(&self, text: &str) -> Result<&'static str, Unread> {
        self.currency(text).map(|currency| currency.code())
    }
}

impl Standardiser for Currencies {
    fn name(&self) -> Cow<'_, str> {
        Reader::name(self)
    }

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        or_same(text, self.read(text))
    }
}

fn unread() -> Unread {
    Unread::new("the code, name or unambiguous sign of a currency (ISO 4217)")
}

/// Signs of CLDR's root locale (Unicode CLDR 46, common/main/root.xml), and short names.
const ALIASES: [(&str, Currency); 24] = [
    ("US$", Currency::USD),
    ("A$", Currency::AUD),
    ("CA$", Currency::CAD),
    ("EC$", Currency::XCD),
    ("HK$", Currency::HKD),
    ("MX$", Currency::MXN),
    ("NT$", Currency::TWD),
    ("NZ$", Currency::NZD),
    ("R$", Currency::BRL),
    ("CN¥", Currency::CNY),
    ("JP¥", Currency::JPY),
    ("US dollar", Currency::USD),
    ("U.S. dollar", Currency::USD),
    ("US dollars", Currency::USD),
    ("Euros", Currency::EUR),
    ("sterling", Currency::GBP),
    ("British pound", Currency::GBP),
    ("pounds sterling", Currency::GBP),
    ("yen", Currency::JPY),
    ("yuan", Currency::CNY),
    ("renminbi", Currency::CNY),
    ("RMB", Currency::CNY),
    ("zloty", Currency::PLN),
    ("Polish zloty", Currency::PLN),
];

/// By key; `None` is what several currencies are called.
static KNOWN: LazyLock<BTreeMap<String, Option<Currency>>> = LazyLock::new(|| {
    let mut known = BTreeMap::new();
    for currency in Currency::iter() {
        let symbol = currency.symbol().to_string();
        let sign = Some(symbol).filter(|symbol| symbol.chars().all(is_sign));
        let number = format!("{:03}", currency.numeric());
        for name in [number, currency.name().to_owned()].into_iter().chain(sign) {
            let clash = known.contains_key(&key(&name));
            known.insert(key(&name), (!clash).then_some(currency));
        }
    }
    known.extend(ALIASES.map(|(alias, currency)| (key(alias), Some(currency))));
    known
});

/// In the block Currency Symbols.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{20a0}'..='\u{20cf}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_means_one_currency_is_read() {
        for (text, code) in [
            ("usd", "USD"),
            (" Eur ", "EUR"),
            ("978", "EUR"),
            ("euro", "EUR"),
            ("United States Dollar", "USD"),
            ("us dollar", "USD"),
            ("₹", "INR"),
            ("₺", "TRY"),
            ("R$", "BRL"),
            ("us$", "USD"),
            ("Yen", "JPY"),
            ("036", "AUD"),
        ] {
            assert_eq!(Currencies::new().read(text), Ok(code), "{text}");
        }
    }

    #[test]
    fn what_means_several_is_refused_unless_declared() {
        let declared = Currencies::new()
            .sign("£", Currency::GBP)
            .sign("USD", Currency::CAD);
        for text in [
            "$",
            "£",
            "¥",
            "kr",
            "₩",
            "₱",
            "¤",
            "K",
            "",
            "dollar",
            "Sierra Leonean leone",
            "ABC",
            "36",
        ] {
            assert!(Currencies::new().read(text).is_err(), "{text}");
        }
        assert_eq!(declared.read("£"), Ok("GBP"));
        assert_eq!(declared.read("USD"), Ok("USD"));
    }

    #[test]
    fn every_code_is_itself() {
        for currency in Currency::iter() {
            assert_eq!(Currencies::new().read(currency.code()), Ok(currency.code()));
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in prop_oneof![any::<String>(), "[A-Za-z$£€ ]{0,4}"]) {
            let currencies = Currencies::new().sign("$", Currency::USD);
            let once = currencies.apply(&text).unwrap();
            prop_assert_eq!(currencies.apply(&once).unwrap(), once.clone());
        }
    }
}
