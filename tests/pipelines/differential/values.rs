//! Values that two executors might take for different things, and others at random.

mod texts;

use chrono::{Days, NaiveDate, NaiveDateTime};
use metalayer::core::{Type, Value};
use rust_decimal::{Decimal, dec};

/// SplitMix64 (Steele, Lea, Flood 2014): the same rows on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// At least a hundred for each type.
pub fn hostile(ty: Type) -> Vec<Value> {
    match ty {
        Type::Bool => vec![true.into(), false.into()],
        Type::Int4 => int8()
            .into_iter()
            .filter_map(|v| i32::try_from(v).ok())
            .map(Value::from)
            .collect(),
        Type::Int8 => int8().into_iter().map(Value::from).collect(),
        Type::Float8 => floats().into_iter().map(Value::from).collect(),
        Type::Numeric => decimals().into_iter().map(Value::from).collect(),
        Type::Text => texts::texts().into_iter().map(Value::from).collect(),
        Type::Date => days().into_iter().map(Value::from).collect(),
        Type::Timestamp => moments().into_iter().map(Value::from).collect(),
        Type::Timestamptz => moments()
            .into_iter()
            .map(|at| at.and_utc().into())
            .collect(),
    }
}

/// Small enough to meet each other often.
pub fn ordinary(ty: Type, dice: &mut Dice) -> Value {
    let number = dice.roll(41) as i64 - 20;
    let day = NaiveDate::from_ymd_opt(2024, 2, 20).unwrap() + Days::new(dice.roll(60) as u64);
    let at = day
        .and_hms_opt(dice.roll(4) as u32, 30 * dice.roll(2) as u32, 0)
        .unwrap();
    match ty {
        Type::Bool => (number > 0).into(),
        Type::Int4 | Type::Int8 => number.into(),
        Type::Float8 => (number as f64 / 10.0).into(),
        Type::Numeric => Decimal::new(number, dice.roll(4) as u32).into(),
        Type::Text => words(dice).into(),
        Type::Date => day.into(),
        Type::Timestamp => at.into(),
        Type::Timestamptz => at.and_utc().into(),
    }
}

fn words(dice: &mut Dice) -> String {
    const PARTS: [&str; 24] = [
        "a", "B", "eu", "EU", "US", "INV-", "0", "17", ".", "@", "-", "_", " ", "\t", "\n",
        "\u{a0}", "é", "e\u{301}", "ß", "İ", "日", "😀", "'", "\\",
    ];
    (0..dice.roll(6)).map(|_| *dice.one(&PARTS)).collect()
}

fn int8() -> Vec<i64> {
    let powers = (0..63).flat_map(|bit| {
        [
            1_i64 << bit,
            (1_i64 << bit) - 1,
            -(1_i64 << bit),
            1 - (1_i64 << bit),
        ]
    });
    powers
        .chain([i64::MIN, i64::MAX, i64::MIN + 1, 10, 100, 999, -10])
        .collect()
}

fn floats() -> Vec<f64> {
    let mut all = vec![
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        0.1,
        0.2,
        0.3,
        0.1 + 0.2,
        1.0 - f64::EPSILON,
        1.0 + f64::EPSILON,
        9_007_199_254_740_991.0,
        9_007_199_254_740_993.0,
        9_223_372_036_854_775_807.0,
        -9_223_372_036_854_775_808.0,
        79_228_162_514_264_337_593_543_950_335.0,
        1e22,
        1e23,
        1.5,
        2.5,
        -1.5,
    ];
    all.extend((-40..40).map(|exponent| 10_f64.powi(exponent)));
    all
}

fn decimals() -> Vec<Decimal> {
    let mut all = vec![
        Decimal::MAX,
        Decimal::MIN,
        dec!(0),
        dec!(0.00),
        dec!(-0.0),
        dec!(1.50),
        dec!(1.5),
        dec!(-1.50),
        dec!(0.05),
        dec!(0.049),
        dec!(100),
        dec!(1e2),
        dec!(9223372036854775807),
        dec!(9223372036854775808),
        dec!(-9223372036854775809),
        dec!(0.1),
        dec!(0.3333333333333333333333333333),
    ];
    for scale in 0..=28 {
        let nines = 9_999_999_999_999_999_999_999_999_999_i128;
        for mantissa in [
            1,
            nines,
            nines / 10 * 10,
            -nines,
            Decimal::MAX.mantissa(),
            5_000_000_000_000_000_000,
        ] {
            all.push(Decimal::from_i128_with_scale(mantissa, scale));
        }
    }
    all
}

/// From PostgreSQL's first day to chrono's last.
fn days() -> Vec<NaiveDate> {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let mut all = vec![
        day(-4713, 11, 24),
        day(-4712, 1, 1),
        day(-1, 12, 31),
        day(0, 1, 1),
        day(0, 12, 31),
        day(1, 1, 1),
        day(99, 12, 31),
        day(1582, 10, 4),
        day(1582, 10, 15),
        day(1900, 2, 28),
        day(1900, 3, 1),
        day(1970, 1, 1),
        day(1999, 12, 31),
        day(2000, 1, 1),
        day(2000, 2, 29),
        day(2024, 2, 29),
        day(9999, 12, 31),
        day(10_000, 1, 1),
        day(262_142, 12, 31),
    ];
    let from = day(2024, 3, 1);
    all.extend((0..100).map(|days| from + Days::new(days)));
    all
}

/// Each day's ends, and in the hour that clocks skip in Berlin on 2024-03-31 and have twice on 2024-10-27.
fn moments() -> Vec<NaiveDateTime> {
    let at = |y, m, d, h, min, s| {
        NaiveDate::from_ymd_opt(y, m, d)
            .unwrap()
            .and_hms_micro_opt(h, min, s, 0)
            .unwrap()
    };
    let mut all = vec![
        at(2024, 3, 31, 2, 0, 0),
        at(2024, 3, 31, 2, 30, 0),
        at(2024, 3, 31, 3, 0, 0),
        at(2024, 3, 31, 1, 59, 59),
        at(2024, 10, 27, 2, 30, 0),
        at(2024, 10, 27, 3, 0, 0),
        at(2024, 10, 27, 0, 30, 0),
        at(2024, 10, 27, 1, 30, 0),
    ];
    for day in days() {
        all.push(day.and_hms_opt(0, 0, 0).unwrap());
        all.push(day.and_hms_micro_opt(23, 59, 59, 999_999).unwrap());
    }
    all
}
