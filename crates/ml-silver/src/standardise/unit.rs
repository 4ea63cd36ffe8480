use std::fmt;

use rust_decimal::{Decimal, dec};

/// A unit of mass, volume or length.
///
/// Temperatures have offsets, so that a sum of them means nothing and a factor does not convert them: they are left
/// out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// mg
    Milligram,
    /// g
    Gram,
    /// kg
    Kilogram,
    /// t, of 1000 kg
    Tonne,
    /// oz, avoirdupois: a sixteenth of a pound
    Ounce,
    /// lb, avoirdupois
    Pound,
    /// ml
    Millilitre,
    /// cl
    Centilitre,
    /// l
    Litre,
    /// m³
    CubicMetre,
    /// US fl oz
    UsFluidOunce,
    /// US pt, liquid
    UsPint,
    /// US qt, liquid
    UsQuart,
    /// US gal
    UsGallon,
    /// imp fl oz
    ImperialFluidOunce,
    /// imp pt
    ImperialPint,
    /// imp gal
    ImperialGallon,
    /// mm
    Millimetre,
    /// cm
    Centimetre,
    /// m
    Metre,
    /// km
    Kilometre,
    /// in
    Inch,
    /// ft
    Foot,
    /// yd
    Yard,
    /// mi
    Mile,
}

/// What two units must share to be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In grams.
    Mass,
    /// In litres.
    Volume,
    /// In metres.
    Length,
}

impl Unit {
    /// All of them.
    pub const ALL: [Unit; 25] = [
        Unit::Milligram,
        Unit::Gram,
        Unit::Kilogram,
        Unit::Tonne,
        Unit::Ounce,
        Unit::Pound,
        Unit::Millilitre,
        Unit::Centilitre,
        Unit::Litre,
        Unit::CubicMetre,
        Unit::UsFluidOunce,
        Unit::UsPint,
        Unit::UsQuart,
        Unit::UsGallon,
        Unit::ImperialFluidOunce,
        Unit::ImperialPint,
        Unit::ImperialGallon,
        Unit::Millimetre,
        Unit::Centimetre,
        Unit::Metre,
        Unit::Kilometre,
        Unit::Inch,
        Unit::Foot,
        Unit::Yard,
        Unit::Mile,
    ];

    /// Its symbol.
    pub fn as_str(self) -> &'static str {
        self.words()[0]
    }

    /// The symbol and other words for it, each of which is this unit's alone.
    pub(super) const fn words(self) -> &'static [&'static str] {
        match self {
            Unit::Milligram => &["mg", "milligram", "milligrams"],
            Unit::Gram => &["g", "gr", "gram", "grams"],
            Unit::Kilogram => &["kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"],
            Unit::Tonne => &["t", "tonne", "tonnes", "metric ton", "metric tons"],
            Unit::Ounce => &["oz", "oz.", "ounce", "ounces"],
            Unit::Pound => &["lb", "lbs", "lb.", "lbs.", "pound", "pounds"],
            Unit::Millilitre => &[
                "ml",
                "millilitre",
                "millilitres",
                "milliliter",
                "milliliters",
            ],
            Unit::Centilitre => &[
                "cl",
                "centilitre",
                "centilitres",
                "centiliter",
                "centiliters",
            ],
            Unit::Litre => &["l", "ltr", "litre", "litres", "liter", "liters"],
            Unit::CubicMetre => &[
                "m³",
                "m3",
                "cbm",
                "cubic metre",
                "cubic metres",
                "cubic meter",
                "cubic meters",
            ],
            Unit::UsFluidOunce => &["US fl oz", "US fluid ounce", "US fluid ounces"],
            Unit::UsPint => &["US pt", "US pint", "US pints"],
            Unit::UsQuart => &["US qt", "US quart", "US quarts"],
            Unit::UsGallon => &["US gal", "US gallon", "US gallons"],
            Unit::ImperialFluidOunce => {
                &["imp fl oz", "imperial fluid ounce", "imperial fluid ounces"]
            }
            Unit::ImperialPint => &["imp pt", "imperial pint", "imperial pints"],
            Unit::ImperialGallon => &["imp gal", "imperial gallon", "imperial gallons"],
            Unit::Millimetre => &[
                "mm",
                "millimetre",
                "millimetres",
                "millimeter",
                "millimeters",
            ],
            Unit::Centimetre => &[
                "cm",
                "centimetre",
                "centimetres",
                "centimeter",
                "centimeters",
            ],
            Unit::Metre => &["m", "metre", "metres", "meter", "meters"],
            Unit::Kilometre => &["km", "kilometre", "kilometres", "kilometer", "kilometers"],
            Unit::Inch => &["in", "in.", "inch", "inches"],
            Unit::Foot => &["ft", "ft.", "foot", "feet"],
            Unit::Yard => &["yd", "yds", "yard", "yards"],
            Unit::Mile => &["mi", "mile", "miles"],
        }
    }

    /// How much it is, exactly.
    ///
    /// Sources: the international yard and pound agreement of 1959 (0.9144 m, 0.45359237 kg), from which inch, foot,
    /// mile and ounce follow; NIST SP 811 (2008) appendix B.8: the US gallon is 231 cubic inches; UK Units of
    /// Measurement Regulations 1995: the imperial gallon is 4.54609 l, with 8 pints or 160 fluid ounces; a US one has 8
    /// pints or 128 fluid ounces.
    pub(super) const fn size(self) -> (Kind, Decimal) {
        match self {
            Unit::Milligram => (Kind::Mass, dec!(0.001)),
            Unit::Gram => (Kind::Mass, dec!(1)),
            Unit::Kilogram => (Kind::Mass, dec!(1000)),
            Unit::Tonne => (Kind::Mass, dec!(1000000)),
            Unit::Ounce => (Kind::Mass, dec!(28.349523125)),
            Unit::Pound => (Kind::Mass, dec!(453.59237)),
            Unit::Millilitre => (Kind::Volume, dec!(0.001)),
            Unit::Centilitre => (Kind::Volume, dec!(0.01)),
            Unit::Litre => (Kind::Volume, dec!(1)),
            Unit::CubicMetre => (Kind::Volume, dec!(1000)),
            Unit::UsFluidOunce => (Kind::Volume, dec!(0.0295735295625)),
            Unit::UsPint => (Kind::Volume, dec!(0.473176473)),
            Unit::UsQuart => (Kind::Volume, dec!(0.946352946)),
            Unit::UsGallon => (Kind::Volume, dec!(3.785411784)),
            Unit::ImperialFluidOunce => (Kind::Volume, dec!(0.0284130625)),
            Unit::ImperialPint => (Kind::Volume, dec!(0.56826125)),
            Unit::ImperialGallon => (Kind::Volume, dec!(4.54609)),
            Unit::Millimetre => (Kind::Length, dec!(0.001)),
            Unit::Centimetre => (Kind::Length, dec!(0.01)),
            Unit::Metre => (Kind::Length, dec!(1)),
            Unit::Kilometre => (Kind::Length, dec!(1000)),
            Unit::Inch => (Kind::Length, dec!(0.0254)),
            Unit::Foot => (Kind::Length, dec!(0.3048)),
            Unit::Yard => (Kind::Length, dec!(0.9144)),
            Unit::Mile => (Kind::Length, dec!(1609.344)),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
