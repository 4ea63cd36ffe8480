use ml_core::Type;
use rust_decimal::Decimal;

use super::pareto::ascending;
use super::{Computed, Division, case};
use crate::column::Column;
use crate::quote::{literal, quoted};

/// Classes by fixed bounds of a value.
///
/// ```
/// use ml_gold::Bands;
/// use rust_decimal::dec;
///
/// let size = Bands::of("revenue", "sum(fact.amount)").below("small", dec!(100)).below("medium", dec!(1000)).otherwise("large");
/// # let _ = size;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bands {
    value: String,
    expr: String,
    bands: Vec<(String, Decimal)>,
    otherwise: String,
}

impl Bands {
    /// By the aggregate `expr` over an entity's facts, which is kept in a column of this name.
    pub fn of(name: impl Into<String>, expr: impl Into<String>) -> Self {
        Bands {
            value: name.into(),
            expr: expr.into(),
            bands: Vec::new(),
            otherwise: String::from("rest"),
        }
    }

    /// One more class, of values below this bound and in no class before; bounds ascend.
    pub fn below(mut self, name: impl Into<String>, bound: Decimal) -> Self {
        self.bands.push((name.into(), bound));
        self
    }

    /// The class of all that are in no other.
    pub fn otherwise(mut self, name: impl Into<String>) -> Self {
        self.otherwise = name.into();
        self
    }

    pub(super) fn computed(&self) -> Result<Computed, String> {
        let bounds: Vec<Decimal> = self.bands.iter().map(|(_, bound)| *bound).collect();
        if bounds.is_empty() || !ascending(&bounds) {
            return Err(format!(
                "has bands below {bounds:?}: give at least one bound, each greater than the one before"
            ));
        }
        let value = quoted(&self.value);
        let classes: Vec<(String, String)> = self
            .bands
            .iter()
            .map(|(class, bound)| (format!("{value} < {bound}"), class.clone()))
            .collect();
        let text = self.bands.iter();
        let text = text.map(|(class, bound)| format!("{class}: {} < {bound}", self.value));
        Ok(Computed {
            inputs: vec![Column::new(&*self.value, Type::Numeric, &*self.expr).nullable()],
            scores: Vec::new(),
            helpers: Vec::new(),
            segment: case(&classes, &literal(&self.otherwise)),
            text: text
                .chain([format!("otherwise: {}", self.otherwise)])
                .collect(),
        })
    }
}

impl From<Bands> for Division {
    fn from(bands: Bands) -> Self {
        Division::Bands(bands)
    }
}
