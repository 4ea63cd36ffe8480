use std::hash::Hash;

use datasketches::hll::{HllType, HllUnion};

/// 2^14 registers, 16 KiB: a relative standard error of 1.04 / √16384 = 0.8 %.
const LG_REGISTERS: u8 = 14;

/// How many values are different, estimated.
///
/// Source: Flajolet and others, "HyperLogLog", 2007. No `Debug`: registers are hashes of values.
#[derive(Clone)]
pub(super) struct Distinct(HllUnion);

impl Distinct {
    #[expect(clippy::expect_used, reason = "4 to 21 are allowed")]
    pub(super) fn new() -> Self {
        Distinct(HllUnion::new(LG_REGISTERS).expect("14 is allowed"))
    }

    pub(super) fn see(&mut self, value: impl Hash) {
        self.0.update_value(value);
    }

    pub(super) fn merge(&mut self, other: &Distinct) {
        self.0.update(&other.0.to_sketch(HllType::Hll8));
    }

    /// The estimate that looks at registers only, so that neither order nor grouping shows in it.
    pub(super) fn estimate(&self) -> u64 {
        self.0.composite_estimate().round() as u64
    }
}
