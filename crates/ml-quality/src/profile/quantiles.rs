use datasketches::tdigest::TDigestMut;

/// Where a share of all numbers is not above, estimated.
///
/// Source: Dunning and Ertl, "Computing extremely accurate quantiles using t-digests", 2019. At most 410 centroids
/// and four times as many numbers that wait for them. NaN and infinities are left out.
#[derive(Clone, Default)]
pub(super) struct Quantiles(TDigestMut);

impl Quantiles {
    pub(super) fn see(&mut self, number: f64) {
        self.0.update(number);
    }

    pub(super) fn merge(&mut self, other: &Quantiles) {
        self.0.merge(&other.0);
    }

    /// Of each rank, from 0 to 1; nothing without numbers.
    pub(super) fn at(&self, ranks: &[f64]) -> Vec<f64> {
        let digest = self.0.clone().freeze();
        digest.quantiles(ranks).ok().flatten().unwrap_or_default()
    }
}
