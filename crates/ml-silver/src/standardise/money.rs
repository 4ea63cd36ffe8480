use std::borrow::Cow;
use std::fmt;

use iso_currency::Currency;
use rust_decimal::Decimal;

use super::{Currencies, NumberFormat, Reader, Unread};

/// An amount in a currency; displays as `12.50 EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The amount, with the decimals that were written.
    pub amount: Decimal,
    /// The currency, of ISO 4217.
    pub currency: Currency,
}

impl Money {
    /// The amount in minor units, such as cents; `None` where it is not a whole number of them, where ISO 4217 has
    /// none for the currency, or where there are more than 64 bits.
    ///
    /// ```
    /// use ml_silver::standardise::{Currency, Money};
    /// use rust_decimal::dec;
    ///
    /// let money = |amount, currency| Money { amount, currency };
    /// assert_eq!(money(dec!(12.50), Currency::EUR).minor_units(), Some(1250));
    /// assert_eq!(money(dec!(12.505), Currency::EUR).minor_units(), None);
    /// assert_eq!(money(dec!(12.505), Currency::KWD).minor_units(), Some(12505));
    /// assert_eq!(money(dec!(12.00), Currency::JPY).minor_units(), Some(12));
    /// ```
    pub fn minor_units(&self) -> Option<i64> {
        let factor = Decimal::from(10_u64.checked_pow(self.currency.exponent()?.into())?);
        let units = self.amount.checked_mul(factor)?;
        units.is_integer().then(|| i64::try_from(units).ok())?
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency.code())
    }
}

/// Reads money: a number, and its currency before or after it, as [`Currencies`] knows it.
///
/// The currency must stand there, unless one is given for amounts without; where it stands on both sides, it must be
/// the same. Nothing is rounded to minor units: see [`Money::minor_units`].
///
/// ```
/// use ml_silver::standardise::{Currencies, Currency, MoneyFormat, NumberFormat, Reader};
///
/// let money = MoneyFormat::new(NumberFormat::ENGLISH, Currencies::new().sign("$", Currency::USD));
/// assert_eq!(money.read("($1,234.50)").unwrap().to_string(), "-1234.50 USD");
/// assert_eq!(money.read("12 €").unwrap().to_string(), "12 EUR");
/// assert!(money.read("12").is_err());
/// assert_eq!(money.otherwise(Currency::CHF).read("12").unwrap().to_string(), "12 CHF");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyFormat {
    numbers: NumberFormat,
    currencies: Currencies,
    otherwise: Option<Currency>,
}

impl MoneyFormat {
    /// Money of numbers written so and currencies called so.
    pub fn new(numbers: NumberFormat, currencies: Currencies) -> Self {
        MoneyFormat {
            numbers,
            currencies,
            otherwise: None,
        }
    }

    /// The currency of amounts beside which none stands.
    pub fn otherwise(self, currency: Currency) -> Self {
        MoneyFormat {
            otherwise: Some(currency),
            ..self
        }
    }
}

impl Reader for MoneyFormat {
    type Value = Money;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("money")
    }

    fn read(&self, text: &str) -> Result<Money, Unread> {
        let (amount, figure) = self.numbers.split(text)?;
        let mut named = figure.words().map(|word| self.currencies.currency(word));
        let currency = match (named.next().transpose()?, named.next().transpose()?) {
            (Some(one), Some(other)) if one != other => None,
            (Some(one), _) => Some(one),
            (None, _) => self.otherwise,
        };
        let unread = || Unread::new("an amount with one currency beside it (ISO 4217)");
        let currency = currency.ok_or_else(unread)?;
        Ok(Money { amount, currency })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso_currency::IntoEnumIterator;
    use proptest::prelude::*;

    fn format() -> MoneyFormat {
        let currencies = Currencies::new()
            .sign("£", Currency::GBP)
            .sign("$", Currency::USD);
        MoneyFormat::new(NumberFormat::ENGLISH, currencies)
    }

    #[test]
    fn dirty_money_is_read() {
        for (text, money) in [
            ("£1,234.50", "1234.50 GBP"),
            ("-£5", "-5 GBP"),
            ("£ 5-", "-5 GBP"),
            ("(EUR 5.00)", "-5.00 EUR"),
            ("5.00EUR", "5.00 EUR"),
            ("US$ 5 USD", "5 USD"),
            ("$12.505", "12.505 USD"),
            ("1,000 Swiss franc", "1000 CHF"),
            ("R$ 7", "7 BRL"),
        ] {
            assert_eq!(format().read(text).unwrap().to_string(), money, "{text}");
        }
        for text in ["", "5", "¥5", "£5 EUR", "5 apples", "EUR", "£1.2.3", "£"] {
            assert!(format().read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn minor_units_do_not_overflow() {
        let money = |amount| Money {
            amount,
            currency: Currency::EUR,
        };
        assert_eq!(money(Decimal::MAX).minor_units(), None);
        assert_eq!(money(Decimal::from(i64::MAX)).minor_units(), None);
        let currency = Currency::XAU;
        assert_eq!(
            Money {
                currency,
                ..money(Decimal::ONE)
            }
            .minor_units(),
            None
        );
    }

    proptest! {
        /// What was read reads as the same again.
        #[test]
        fn money_is_read_as_it_displays(mantissa in any::<i64>(), scale in 0_u32..9) {
            for currency in Currency::iter() {
                let money = Money { amount: Decimal::new(mantissa, scale), currency };
                prop_assert_eq!(format().read(&money.to_string()), Ok(money));
            }
        }

        #[test]
        fn nothing_panics(text in prop_oneof![any::<String>(), "[0-9.,() $£€EURusd+-]{0,20}"]) {
            let _ = format().read(&text).map(|money| money.minor_units());
        }
    }
}
