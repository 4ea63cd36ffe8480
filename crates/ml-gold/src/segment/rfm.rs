use ml_core::Type;

use super::{Computed, Division, case};
use crate::column::Column;
use crate::quote::literal;

/// Classes by recency, frequency and monetary value: a score from 1 to so many for each, and rules over the scores.
///
/// An entity's score is one more than the whole quantiles of entities that are below it; equal ones have equal scores.
/// Columns are `last_day`, `frequency`, `monetary`, `r`, `f` and `m`. Without a class, the segment is the three scores,
/// as `5-4-3`.
///
/// ```
/// use ml_gold::Rfm;
///
/// let rfm = Rfm::of("date.day", "count(DISTINCT fact.invoice_no)", "sum(fact.amount)")
///     .quantiles(5)
///     .class("champions", "r >= 4 AND f >= 4 AND m >= 4")
///     .class("lost", "r = 1")
///     .otherwise("others");
/// # let _ = rfm;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rfm {
    day: String,
    frequency: String,
    monetary: String,
    quantiles: u16,
    classes: Vec<(String, String)>,
    otherwise: Option<String>,
}

impl Rfm {
    /// By the latest `day` of an entity's facts, and two aggregates over them; in five quantiles.
    pub fn of(
        day: impl Into<String>,
        frequency: impl Into<String>,
        monetary: impl Into<String>,
    ) -> Self {
        Rfm {
            day: day.into(),
            frequency: frequency.into(),
            monetary: monetary.into(),
            quantiles: 5,
            classes: Vec::new(),
            otherwise: None,
        }
    }

    /// How many scores there are.
    pub fn quantiles(mut self, number: u16) -> Self {
        self.quantiles = number;
        self
    }

    /// One more class, for those of which the condition over the columns is true, and none before it.
    pub fn class(mut self, name: impl Into<String>, condition: impl Into<String>) -> Self {
        self.classes.push((condition.into(), name.into()));
        self
    }

    /// The class of all that are in no other.
    pub fn otherwise(mut self, name: impl Into<String>) -> Self {
        self.otherwise = Some(name.into());
        self
    }

    pub(super) fn computed(&self) -> Result<Computed, String> {
        let n = self.quantiles;
        if n < 2 {
            return Err(format!(
                "has {n} quantiles: it takes at least 2 to tell entities apart"
            ));
        }
        let inputs = vec![
            Column::new("last_day", Type::Date, format!("max({})", self.day)).nullable(),
            Column::new("frequency", Type::Numeric, &*self.frequency).nullable(),
            Column::new("monetary", Type::Numeric, &*self.monetary).nullable(),
        ];
        let scores = [("r", "last_day"), ("f", "frequency"), ("m", "monetary")];
        let scores = scores.map(|(name, of)| {
            let below = format!("rank() OVER (ORDER BY {of} NULLS FIRST) - 1");
            let score = format!("1 + {n} * ({below}) / count(*) OVER ()");
            Column::new(name, Type::Int4, score)
        });
        let otherwise = match &self.otherwise {
            Some(class) => literal(class),
            None => String::from("concat_ws('-', r, f, m)"),
        };
        let classes = self.classes.iter();
        let classes = classes.map(|(condition, class)| format!("{class}: {condition}"));
        let scored = format!(
            "r, f, m: 1 + the whole {n}ths of entities that are below in last_day, frequency, monetary"
        );
        let text = [scored].into_iter().chain(classes);
        Ok(Computed {
            inputs,
            scores: scores.to_vec(),
            helpers: Vec::new(),
            segment: case(&self.classes, &otherwise),
            text: text.chain([format!("otherwise: {otherwise}")]).collect(),
        })
    }
}

impl From<Rfm> for Division {
    fn from(rfm: Rfm) -> Self {
        Division::Rfm(rfm)
    }
}
