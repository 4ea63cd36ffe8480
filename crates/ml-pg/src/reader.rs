use std::collections::VecDeque;

use ml_core::{Error, LoadId, Result};
use tokio_postgres::types::Type;
use tokio_postgres::{Portal, Row, Statement, Transaction};

use crate::Increment;
use crate::failure::Doing;
use crate::inputs::{Input, Inputs};
use crate::table::quoted;
use crate::wire::Wire;

/// Small inputs are read together until they have so many rows: enough that finding them costs nothing, and few
/// enough to sort.
const ROWS_TOGETHER: u64 = 50_000;

/// Reads the rows of the inputs of an increment, one input after the other.
///
/// A landing table has no key to look an input up by, only summaries of its pages, all of which a query goes
/// through; so there is one query for many small inputs, in the order of their loads. A big one is read by itself, in the order in
/// which its rows stand, which is that of its records as far as nobody has made room before them; nothing hangs on it.
pub(crate) struct Reader {
    one: Statement,
    many: Statement,
    groups: VecDeque<Vec<i64>>,
    portal: Option<Portal>,
    /// Rows that were read and belong to this input or to later ones.
    waiting: VecDeque<Row>,
}

impl Reader {
    /// A reader of `inputs`; what it reads are the columns of the contract, the load and the number of the record.
    pub(crate) async fn prepare(
        tx: &Transaction<'_>,
        increment: &Increment,
        inputs: &Inputs,
    ) -> Result<Self> {
        let columns = increment.from.columns.iter();
        let names: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
        let (names, from) = (names.join(", "), increment.from.dataset.quoted());
        let select = format!("SELECT {names}, \"_load_id\", \"_record_no\" FROM {from} AS landed");
        let one = format!("{select} WHERE \"_load_id\" = $1");
        // The list itself must not get to the index, which would go through its pages once for every element.
        let many = format!(
            "{select} WHERE \"_load_id\" BETWEEN $1 AND $2 \
             AND EXISTS (SELECT FROM unnest($3) AS input (load_id) WHERE input.load_id = landed.\"_load_id\") \
             ORDER BY \"_load_id\", \"_record_no\""
        );
        let doing = || increment.doing("cannot read its input");
        let one = tx.prepare_typed(&one, &[Type::INT8]).await.doing(doing())?;
        let types = [Type::INT8, Type::INT8, Type::INT8_ARRAY];
        let many = tx.prepare_typed(&many, &types).await.doing(doing())?;
        Ok(Reader {
            one,
            many,
            groups: groups(inputs),
            portal: None,
            waiting: VecDeque::new(),
        })
    }

    /// What the rows look like.
    pub(crate) fn statement(&self) -> &Statement {
        &self.one
    }

    /// Goes on to the next input. Where it begins a query, that must outlive the savepoint of the input.
    pub(crate) async fn open(&mut self, tx: &Transaction<'_>, input: LoadId) -> Result<()> {
        let next = self.groups.front().and_then(|group| group.first());
        if next != Some(&input.0) {
            return Ok(());
        }
        if let Some(row) = self.waiting.front() {
            let load = load_of(row);
            let what =
                format!("rows of load {load}, which is no input, were read before load {input}");
            return Err(Error::storage(what));
        }
        let group = self.groups.pop_front().unwrap_or_default();
        let portal = match group.as_slice() {
            [] | [_] => tx.bind(&self.one, &[&input.0]).await,
            [first, .., last] => tx.bind(&self.many, &[first, last, &group]).await,
        };
        self.portal = Some(portal.doing(format!("cannot read load {input}"))?);
        Ok(())
    }

    /// At most `most` more rows of `input`; none at its end.
    pub(crate) async fn next(
        &mut self,
        tx: &Transaction<'_>,
        input: LoadId,
        most: usize,
    ) -> Result<Vec<Row>> {
        if self.waiting.is_empty()
            && let Some(portal) = &self.portal
        {
            let rows = tx.query_portal(portal, most as i32).await;
            self.waiting = rows.doing(format!("cannot read load {input}"))?.into();
            if self.waiting.is_empty() {
                self.portal = None;
            }
        }
        let own = self.waiting.iter().take_while(|row| load_of(row) == input);
        let own = own.count();
        Ok(self.waiting.drain(..own).collect())
    }
}

/// The load stands before the number of the record, which is last.
fn load_of(row: &Row) -> LoadId {
    LoadId(Wire(row).int8(row.len() - 2))
}

/// Inputs of about so many rows together, in their order.
fn groups(inputs: &Inputs) -> VecDeque<Vec<i64>> {
    let mut groups: VecDeque<Vec<i64>> = VecDeque::new();
    let mut together = u64::MAX;
    for Input { load, rows, .. } in inputs.loaded() {
        together = together.saturating_add(*rows);
        match groups.back_mut() {
            Some(group) if together <= ROWS_TOGETHER => group.push(load.0),
            _ => {
                groups.push_back(vec![load.0]);
                together = *rows;
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_inputs_are_read_together_and_big_ones_alone() {
        let rows = [10, 10, 49_990, 1, 2_000_000, 5, 0];
        let loads = (1..).zip(rows).map(|(load, rows)| Input {
            load: LoadId(load),
            source: String::new(),
            rows,
            unloads: None,
        });
        let inputs = Inputs {
            snapshot: None,
            loads: loads.collect(),
        };
        let groups: Vec<_> = groups(&inputs).into();
        assert_eq!(groups, [vec![1, 2], vec![3, 4], vec![5], vec![6, 7]]);
    }
}
