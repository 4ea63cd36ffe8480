use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use super::conform::key;
use super::{NumberFormat, Reader, Unit, Unread};

/// An amount of a unit; displays as `12.0 oz`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// The amount, with the decimals that were written.
    pub amount: Decimal,
    /// The unit.
    pub unit: Unit,
}

impl Quantity {
    /// The same quantity in another unit, which must measure the same thing.
    ///
    /// The factors are exact. What has no end (a gram in ounces) is rounded to the 28 digits of a [`Decimal`], half to
    /// even.
    ///
    /// ```
    /// use ml_silver::standardise::{Quantity, Unit};
    /// use rust_decimal::dec;
    ///
    /// let can = Quantity { amount: dec!(12.0), unit: Unit::UsFluidOunce };
    /// assert_eq!(can.to(Unit::Millilitre)?.amount, dec!(354.88235475));
    /// assert!(can.to(Unit::Gram).is_err());
    /// # Ok::<(), ml_silver::standardise::Unread>(())
    /// ```
    ///
    /// # Errors
    /// A unit of something else, and an amount beyond 28 digits.
    pub fn to(self, unit: Unit) -> Result<Quantity, Unread> {
        let ((from_kind, from), (to_kind, to)) = (self.unit.size(), unit.size());
        let amount = self.amount.checked_mul(from);
        let amount = amount.and_then(|amount| amount.checked_div(to));
        let converted = amount
            .filter(|_| from_kind == to_kind)
            .map(|amount| Quantity {
                amount: amount.normalize(),
                unit,
            });
        converted.ok_or_else(|| Unread::new(format!("a quantity that can be given in {unit}")))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.unit)
    }
}

/// Reads quantities: a number and the unit after it, whatever its case and blanks.
///
/// A word that names several units is refused unless it was declared: `ton`; `gal`, `pt`, `qt` and `fl oz` (US or
/// imperial); `'` and `"`. An `oz` is one of mass.
///
/// ```
/// use ml_silver::standardise::{NumberFormat, Reader, Unit, UnitFormat};
///
/// let weight = UnitFormat::new(NumberFormat::ENGLISH);
/// assert_eq!(weight.read("12.0 OZ").unwrap().to_string(), "12.0 oz");
/// assert_eq!(weight.read("1,200g").unwrap().to(Unit::Kilogram).unwrap().to_string(), "1.2 kg");
/// assert!(weight.read("5 gal").is_err());
/// let us = weight.word("gal", Unit::UsGallon);
/// assert_eq!(us.read("5 gal").unwrap().to_string(), "5 US gal");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFormat {
    numbers: NumberFormat,
    units: BTreeMap<String, Unit>,
}

impl UnitFormat {
    /// Quantities whose numbers are written so.
    pub fn new(numbers: NumberFormat) -> Self {
        let words = |unit: Unit| unit.words().iter().map(move |word| (key(word), unit));
        let units = Unit::ALL.into_iter().flat_map(words).collect();
        UnitFormat { numbers, units }
    }

    /// Declares what a word means.
    pub fn word(mut self, word: &str, unit: Unit) -> Self {
        self.units.insert(key(word), unit);
        self
    }
}

impl Reader for UnitFormat {
    type Value = Quantity;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("unit")
    }

    fn read(&self, text: &str) -> Result<Quantity, Unread> {
        let (amount, figure) = self.numbers.split(text)?;
        let unit = self
            .units
            .get(&key(figure.after))
            .filter(|_| figure.before.is_empty());
        let unread = || Unread::new("a number and one unit of mass, volume or length after it");
        let unit = *unit.ok_or_else(unread)?;
        Ok(Quantity { amount, unit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::dec;

    fn format() -> UnitFormat {
        UnitFormat::new(NumberFormat::ENGLISH)
    }

    #[test]
    fn dirty_quantities_are_read() {
        for (text, quantity) in [
            ("12.0 oz", "12.0 oz"),
            ("12.0OZ.", "12.0 oz"),
            (" 1,500 Pounds ", "1500 lb"),
            ("-3 us fl  oz", "-3 US fl oz"),
            ("2 m³", "2 m³"),
        ] {
            assert_eq!(format().read(text).unwrap().to_string(), quantity, "{text}");
        }
        for text in [
            "", "12", "oz", "oz 12", "12 stone", "5 gal", "5 ton", "6'", "12 oz oz",
        ] {
            assert!(format().read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_word_is_one_unit_of_its_own() {
        let words: usize = Unit::ALL.iter().map(|unit| unit.words().len()).sum();
        assert_eq!(format().units.len(), words);
    }

    #[test]
    fn conversions_are_exact() {
        let quantity = |amount, unit| Quantity { amount, unit };
        for (from, to) in [
            (
                quantity(dec!(1), Unit::Pound),
                quantity(dec!(16), Unit::Ounce),
            ),
            (
                quantity(dec!(1), Unit::Mile),
                quantity(dec!(1760), Unit::Yard),
            ),
            (
                quantity(dec!(1), Unit::UsGallon),
                quantity(dec!(4), Unit::UsQuart),
            ),
            (
                quantity(dec!(1), Unit::ImperialPint),
                quantity(dec!(20), Unit::ImperialFluidOunce),
            ),
            (
                quantity(dec!(2.5), Unit::CubicMetre),
                quantity(dec!(250000), Unit::Centilitre),
            ),
        ] {
            assert_eq!(from.to(to.unit), Ok(to));
        }
        assert!(quantity(Decimal::MAX, Unit::Tonne).to(Unit::Gram).is_err());
        assert!(quantity(dec!(1), Unit::Litre).to(Unit::Metre).is_err());
    }

    proptest! {
        /// What was read reads as the same again.
        #[test]
        fn a_quantity_is_read_as_it_displays(mantissa in any::<i64>(), scale in 0_u32..9) {
            for unit in Unit::ALL {
                let quantity = Quantity { amount: Decimal::new(mantissa, scale), unit };
                prop_assert_eq!(format().read(&quantity.to_string()), Ok(quantity));
            }
        }

        #[test]
        fn nothing_panics(text in prop_oneof![any::<String>(), "[0-9., ozkg()-]{0,20}"]) {
            let _ = format().read(&text).map(|quantity| quantity.to(Unit::Gram));
        }
    }
}
