use ml_core::Candidate;
use serde_json::{Map, Value, json};
use tokio_postgres::types::{ToSql, Type};

/// Pairs of rows as one array for each of their columns.
#[derive(Default)]
pub(crate) struct CandidateBatch<'a> {
    left: Vec<i64>,
    right: Vec<i64>,
    score: Vec<f64>,
    columns: Vec<String>,
    blocks: Vec<String>,
    rule: Vec<Option<&'a str>>,
}

type Parameters<'a> = Vec<(&'a (dyn ToSql + Sync), Type)>;

impl<'a> CandidateBatch<'a> {
    pub(crate) fn of(pairs: &'a [Candidate]) -> Self {
        let mut batch = CandidateBatch::default();
        for pair in pairs {
            let scores = pair
                .columns
                .iter()
                .map(|(name, score)| (name.clone(), json!(score)));
            batch.left.push(pair.left.0);
            batch.right.push(pair.right.0);
            batch.score.push(pair.score);
            batch
                .columns
                .push(Value::Object(scores.collect::<Map<_, _>>()).to_string());
            batch.blocks.push(json!(pair.blocks).to_string());
            batch.rule.push(pair.merge.as_deref());
        }
        batch
    }

    /// The numbers of the rows.
    pub(crate) fn rows(&self) -> Parameters<'_> {
        vec![
            (&self.left, Type::INT8_ARRAY),
            (&self.right, Type::INT8_ARRAY),
        ]
    }

    /// What was found of them.
    pub(crate) fn figures(&self) -> Parameters<'_> {
        vec![
            (&self.score, Type::FLOAT8_ARRAY),
            (&self.columns, Type::TEXT_ARRAY),
            (&self.blocks, Type::TEXT_ARRAY),
            (&self.rule, Type::TEXT_ARRAY),
        ]
    }
}
