use ml_core::Type;
use rust_decimal::Decimal;

use super::{Computed, Division, case};
use crate::column::Column;
use crate::quote::{literal, quoted};

/// Classes by the share of the whole that the greatest entities have (ABC analysis).
///
/// From the greatest on, an entity is in the first class whose share those that are greater than it do not reach yet; so
/// the greatest of all is in the first, and equal ones are together. What is not above 0 has no share, and is in the last.
///
/// ```
/// use ml_gold::Pareto;
/// use rust_decimal::dec;
///
/// let abc = Pareto::of("revenue", "sum(fact.amount)").class("A", dec!(0.8)).class("B", dec!(0.95)).otherwise("C");
/// # let _ = abc;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pareto {
    value: String,
    expr: String,
    classes: Vec<(String, Decimal)>,
    otherwise: String,
}

impl Pareto {
    /// By the aggregate `expr` over an entity's facts, which is kept in a column of this name.
    pub fn of(name: impl Into<String>, expr: impl Into<String>) -> Self {
        Pareto {
            value: name.into(),
            expr: expr.into(),
            classes: Vec::new(),
            otherwise: String::from("rest"),
        }
    }

    /// One more class, up to this share of the whole; shares ascend.
    pub fn class(mut self, name: impl Into<String>, share: Decimal) -> Self {
        self.classes.push((name.into(), share));
        self
    }

    /// The class of all that are in no other.
    pub fn otherwise(mut self, name: impl Into<String>) -> Self {
        self.otherwise = name.into();
        self
    }

    pub(super) fn computed(&self) -> Result<Computed, String> {
        let shares: Vec<Decimal> = self.classes.iter().map(|(_, share)| *share).collect();
        let within = |share: &Decimal| *share > Decimal::ZERO && *share <= Decimal::ONE;
        if shares.is_empty() || !shares.iter().all(within) || !ascending(&shares) {
            return Err(format!(
                "has classes up to the shares {shares:?}: give at least one, from above 0 to 1, each greater than the one before"
            ));
        }
        let value = quoted(&self.value);
        let positive = format!("greatest({value}, 0)");
        let greater = format!(
            "sum({positive}) OVER (ORDER BY {value} DESC) - {positive} * count(*) OVER (PARTITION BY {value})"
        );
        let classes: Vec<(String, String)> = self
            .classes
            .iter()
            .map(|(class, share)| {
                let condition = format!("{value} > 0 AND \"_greater\" < {share} * \"_whole\"");
                (condition, class.clone())
            })
            .collect();
        let text = self.classes.iter().map(|(class, share)| {
            format!(
                "{class}: those that are greater come to less than {share} of the whole {}",
                self.value
            )
        });
        Ok(Computed {
            inputs: vec![Column::new(&*self.value, Type::Numeric, &*self.expr).nullable()],
            scores: Vec::new(),
            helpers: vec![
                Column::new("_greater", Type::Numeric, greater),
                Column::new("_whole", Type::Numeric, format!("sum({positive}) OVER ()")),
            ],
            segment: case(&classes, &literal(&self.otherwise)),
            text: text
                .chain([format!("otherwise: {}", self.otherwise)])
                .collect(),
        })
    }
}

/// Whether each is greater than the one before it.
pub(super) fn ascending(bounds: &[Decimal]) -> bool {
    bounds.windows(2).all(|pair| pair[0] < pair[1])
}

impl From<Pareto> for Division {
    fn from(pareto: Pareto) -> Self {
        Division::Pareto(pareto)
    }
}
