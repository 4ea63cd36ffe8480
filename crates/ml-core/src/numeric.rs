//! `numeric` as PostgreSQL sends it: base 10,000 digits with the weight of the first and the scale to show.
//! Source: PostgreSQL's `numeric_send`.

use rust_decimal::Decimal;

use crate::Malformed;

const EXPECTED: Malformed = Malformed("a decimal number of at most 28 digits");
const NEGATIVE: u16 = 0x4000;
const MOST_SCALE: i32 = 28;

/// The number exactly, or not at all: the library rounds what has too many digits, and panics on some of it.
pub(crate) fn read(wire: &[u8]) -> Result<Decimal, Malformed> {
    exact(wire).ok_or(EXPECTED)
}

fn exact(wire: &[u8]) -> Option<Decimal> {
    let mut fields = wire
        .chunks_exact(2)
        .map(|two| u16::from_be_bytes([two[0], two[1]]));
    let (count, weight) = (fields.next()?, fields.next()? as i16);
    let (sign, scale) = (fields.next()?, i32::from(fields.next()?));
    if sign & !NEGATIVE != 0 {
        return None;
    }
    let mut mantissa: i128 = 0;
    for _ in 0..count {
        mantissa = mantissa
            .checked_mul(10_000)?
            .checked_add(fields.next()?.into())?;
    }
    let shown = scale.min(MOST_SCALE);
    let last_digit = (i32::from(weight) - i32::from(count) + 1) * 4;
    let mantissa = shift(mantissa, last_digit + shown)?;
    let signed = if sign == NEGATIVE {
        -mantissa
    } else {
        mantissa
    };
    Decimal::try_from_i128_with_scale(signed, shown as u32).ok()
}

/// Times a power of ten, when that is a whole number.
fn shift(mantissa: i128, by: i32) -> Option<i128> {
    if mantissa == 0 {
        return Some(0);
    }
    let power = 10_i128.checked_pow(by.unsigned_abs())?;
    match by {
        0.. => mantissa.checked_mul(power),
        _ => (mantissa % power == 0).then(|| mantissa / power),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Type, ValueRef};
    use bytes::BytesMut;
    use proptest::prelude::*;
    use rust_decimal::dec;

    fn wire(digits: &[u16], weight: i16, sign: u16, scale: u16) -> Vec<u8> {
        let head = [digits.len() as u16, weight as u16, sign, scale];
        let all = head.iter().chain(digits);
        all.flat_map(|field| field.to_be_bytes()).collect()
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(lo in any::<u32>(), mid in any::<u32>(), hi in any::<u32>(), negative in any::<bool>(), scale in 0_u32..=28) {
            let value = Decimal::from_parts(lo, mid, hi, negative, scale);
            let mut out = BytesMut::new();
            ValueRef::Decimal(value).encode(Type::Numeric, &mut out);
            let read = read(&out[4..]).unwrap();
            prop_assert_eq!(read, value);
            prop_assert_eq!(read.scale(), scale);
        }

        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(read(&wire(&[12, 3400], 0, 0, 2)), Ok(dec!(12.34)));
        assert_eq!(read(&wire(&[1], 8, 0, 0)), Err(EXPECTED));
        assert_eq!(read(&wire(&[1], -8, 0, 32)), Err(EXPECTED));
        assert_eq!(read(&wire(&[], 0, 0xC000, 0)), Err(EXPECTED));
        assert_eq!(
            read(&wire(
                &[7922, 8162, 5142, 6433, 7593, 5439, 5033, 5600],
                6,
                0,
                2
            )),
            Err(EXPECTED)
        );
    }
}
