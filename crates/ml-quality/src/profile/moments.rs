/// Mean and spread of numbers in one pass.
///
/// Source: Welford, "Note on a method for calculating corrected sums of squares and products", 1962; the merge is
/// that of Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
#[derive(Clone, Default)]
pub(super) struct Moments {
    count: u64,
    mean: f64,
    /// Of the squares of what each number is off the mean.
    sum: f64,
}

impl Moments {
    pub(super) fn see(&mut self, number: f64) {
        if !number.is_finite() {
            return;
        }
        self.count += 1;
        let off = number - self.mean;
        self.mean += off / self.count as f64;
        self.sum += off * (number - self.mean);
    }

    pub(super) fn merge(&mut self, other: &Moments) {
        if other.count == 0 {
            return;
        }
        let count = self.count + other.count;
        let share = other.count as f64 / count as f64;
        let off = other.mean - self.mean;
        self.sum += other.sum + off * off * self.count as f64 * share;
        self.mean += off * share;
        self.count = count;
    }

    /// `None` without numbers, and where a float does not hold it.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0 && self.mean.is_finite()).then_some(self.mean)
    }

    /// Of a sample, as SQL's `stddev`; `None` below two numbers, and where a float does not hold it.
    pub(super) fn deviation(&self) -> Option<f64> {
        let variance = self.sum / self.count.checked_sub(1)? as f64;
        Some(variance.sqrt()).filter(|deviation| deviation.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        numbers.iter().for_each(|number| moments.see(*number));
        moments
    }

    #[test]
    fn a_sample_has_the_deviation_of_sql() {
        // SELECT avg(n), stddev(n) FROM unnest(ARRAY[2,4,4,4,5,5,7,9]) n;
        let moments = of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert_eq!(moments.mean(), Some(5.0));
        assert!((moments.deviation().unwrap() - 2.138_089_935_299_395).abs() < 1e-12);
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let moments = of(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]);
        assert_eq!(
            (moments.mean(), moments.deviation()),
            (Some(1e9 + 2.0), Some(1.0))
        );
    }

    #[test]
    fn what_no_float_holds_is_unknown() {
        assert_eq!(of(&[]).mean(), None);
        assert_eq!(of(&[1.0]).deviation(), None);
        assert_eq!(of(&[f64::MAX, f64::MIN]).deviation(), None);
        assert_eq!(of(&[1.0, f64::NAN, f64::INFINITY]).mean(), Some(1.0));
    }
}
