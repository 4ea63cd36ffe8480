use ml_core::{Type, Value};

use super::extent::Extent;
use super::figures::{ColumnProfile, LISTED, Quantile};
use super::frequent::{Frequent, Top};
use super::key::{Key, at_place};
use super::moments::Moments;
use super::quantiles::Quantiles;

/// Of 384 values the counts are exact; of more they are off by at most 0.7 % of all.
pub(super) const VALUES: usize = 512;

/// The ranks that are reported.
const RANKS: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// The values of a column that is not text.
#[derive(Clone)]
pub(super) struct Scalars {
    extent: Extent,
    moments: Moments,
    quantiles: Quantiles,
    values: Frequent<Key>,
}

impl Scalars {
    pub(super) fn new() -> Self {
        Scalars {
            extent: Extent::default(),
            moments: Moments::default(),
            quantiles: Quantiles::default(),
            values: Frequent::new(VALUES),
        }
    }

    pub(super) fn see(&mut self, key: Key) {
        self.extent.see(key.value());
        self.values.see(key);
        let Some(place) = key.place() else { return };
        self.quantiles.see(place);
        if key.is_number() {
            self.moments.see(place);
        }
    }

    pub(super) fn merge(&mut self, other: &Scalars) {
        self.extent.merge(&other.extent);
        self.moments.merge(&other.moments);
        self.quantiles.merge(&other.quantiles);
        self.values.merge(&other.values);
    }

    pub(super) fn report(&self, to: &mut ColumnProfile) {
        to.min = self.extent.min();
        to.max = self.extent.max();
        to.mean = self.moments.mean();
        to.deviation = self.moments.deviation();
        to.quantiles = self.quantiles(to.ty);
        to.top = self.tops();
    }

    fn quantiles(&self, ty: Type) -> Vec<Quantile> {
        let places = self.quantiles.at(&RANKS).into_iter();
        let value = |(rank, place)| {
            Some(Quantile {
                rank,
                value: at_place(place, ty)?,
            })
        };
        RANKS.into_iter().zip(places).filter_map(value).collect()
    }

    fn tops(&self) -> Vec<Top<Value>> {
        let tops = self.values.tops().into_iter().take(LISTED);
        let value = |top: Top<Key>| top.map(|key| key.value().to_value());
        tops.map(value).collect()
    }
}
