use crate::{Audit, Error, Result, Scorecard};

/// What an audit found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// So many offending rows.
    Rows(u64),
    /// The store cannot run queries.
    Unsupported,
}

/// What the audits of a load came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audited {
    /// What each found, in their order.
    pub findings: Vec<Finding>,
    /// How many rows were taken out of the load, each for one reason or more.
    pub held: u64,
}

impl Audited {
    /// What a store answers that cannot run queries.
    pub fn unsupported(audits: &[Audit]) -> Self {
        Audited {
            findings: vec![Finding::Unsupported; audits.len()],
            held: 0,
        }
    }

    /// Enters what `audits` found into the card, and moves the rows held back from accepted to quarantined.
    ///
    /// # Errors
    /// [`Config`](crate::Kind::Config) that names an audit which was not run.
    pub fn enter(&self, audits: &[Audit], card: &mut Scorecard) -> Result<()> {
        for (nth, audit) in audits.iter().enumerate() {
            let Some(Finding::Rows(rows)) = self.findings.get(nth) else {
                let what = format!("audit {} needs a store that runs SQL", audit.id);
                return Err(Error::config(what));
            };
            card.declare(&audit.id, audit.count(*rows));
        }
        card.hold(self.held);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn moves_what_was_held_and_counts_every_reason() {
        let audits = [Audit::new("a", "SELECT").warn(), Audit::new("b", "SELECT")];
        let mut card = Scorecard {
            read: 9,
            accepted: 7,
            quarantined: 2,
            ..Scorecard::default()
        };
        let audited = Audited {
            findings: vec![Finding::Rows(3), Finding::Rows(4)],
            held: 5,
        };
        audited.enter(&audits, &mut card).unwrap();
        assert!(card.is_conserved());
        assert_eq!((card.accepted, card.quarantined), (2, 7));
        assert_eq!(
            (card.rules["a"].violations, card.rules["b"].violations),
            (3, 4)
        );
    }

    #[test]
    fn an_audit_that_was_not_run_is_an_error() {
        let audits = [Audit::new("a", "SELECT").warn(), Audit::new("b", "SELECT")];
        let some = Audited {
            findings: vec![Finding::Rows(0)],
            held: 0,
        };
        for audited in [Audited::unsupported(&audits), some, Audited::default()] {
            let error = audited.enter(&audits, &mut Scorecard::default());
            assert_eq!(error.unwrap_err().kind(), Kind::Config);
        }
    }

    #[test]
    fn a_store_that_runs_no_query_says_so_of_every_audit() {
        let audits = [Audit::new("a", "SELECT"), Audit::new("b", "SELECT")];
        let audited = Audited::unsupported(&audits);
        assert_eq!(audited.findings, [Finding::Unsupported; 2]);
        assert_eq!(audited.held, 0);
        let error = audited
            .enter(&audits, &mut Scorecard::default())
            .unwrap_err();
        assert!(error.to_string().starts_with("audit a needs"), "{error}");
    }
}
