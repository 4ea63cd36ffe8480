//! A table on trial: a random history of all that can happen to it, and what must hold afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use metalayer::core::{
    Action, Begun, Encoded, Feed, Fields, Kind, Load as _, LoadId, Records, Row, Scorecard,
    Store as _, Value, ValueRef, Verdict, Violation,
};
use metalayer::pg::{Advance, Comparison, EntryFilter, Span};
use metalayer::prelude::*;
use ml_chaos::Dice;

use crate::keeping::{Keeping, contract, row};
use crate::support::Fresh;

/// The stage of one day, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Today {
    /// Whether the rule is mended that holds records with the content 9 back.
    pub(crate) mended: AtomicBool,
    /// Every release adds one to some contents, and so to some grains.
    pub(crate) release: AtomicU32,
}

impl Stage<Row> for Today {
    type Out = Row;

    fn apply(&self, mut row: Row, report: &mut Report) -> Option<Row> {
        let content = match row.field(3) {
            ValueRef::Decimal(content) => content,
            _ => return Some(row),
        };
        let id = match row.field(0) {
            ValueRef::Int(id) => id,
            _ => return Some(row),
        };
        if content == 9.into() && !self.mended.load(Ordering::Relaxed) {
            violate(report, "content.nine");
            return Some(row);
        }
        if content.is_zero() && id == 2 {
            violate(report, "content.some");
            return Some(row);
        }
        if content.is_zero() && id == 1 {
            return report.drop("none");
        }
        if id == 0 {
            let release = self.release.load(Ordering::Relaxed);
            row.set(
                3,
                Value::Decimal(content + rust_decimal::Decimal::from(release)),
            )
            .unwrap();
        }
        Some(row)
    }
}

fn violate(report: &mut Report, rule: &str) {
    report.violate(Violation {
        rule: rule.to_owned(),
        columns: Vec::new(),
        action: Action::Quarantine,
        expected: String::from("another content"),
        found: String::from("this one"),
    });
}

/// One table over one random history.
pub(crate) struct Trial {
    database: Database,
    pub(crate) kind: Keeping,
    pub(crate) from: Arc<Contract>,
    pub(crate) live: Table,
    nothing: Table,
    pub(crate) today: Today,
    batch: usize,
    pub(crate) increment: Increment,
    /// Contents that were loaded under a name, and as what they are there.
    files: Vec<(String, Vec<Row>)>,
    applied: Vec<LoadId>,
    /// Loads that cannot pass before the rule is mended.
    poisoned: Vec<LoadId>,
}

impl Trial {
    /// A table that is made here.
    pub(crate) async fn new(database: &Database, kind: Keeping, name: &str, batch: usize) -> Self {
        let trial = Trial::found(database, kind, name, batch);
        for table in [&trial.landing(), &trial.live, &trial.nothing] {
            database.create(table).await.unwrap();
        }
        trial
    }

    /// A table that is there.
    pub(crate) fn found(database: &Database, kind: Keeping, name: &str, batch: usize) -> Self {
        let name = format!("{kind:?}_{name}").to_lowercase();
        let from = contract(&format!("bronze.{name}"), &[]);
        let live = kind.table(&format!("silver.{name}"));
        let nothing = kind.table(&format!("silver.{name}_nothing"));
        let increment = Increment::new(database, name, &from, &live).batch(batch);
        Trial {
            database: database.clone(),
            kind,
            from: Arc::new(from),
            live,
            nothing,
            today: Today::default(),
            batch,
            increment,
            files: Vec::new(),
            applied: Vec::new(),
            poisoned: Vec::new(),
        }
    }

    pub(crate) fn landing(&self) -> Table {
        Table::landing((*self.from).clone())
    }

    pub(crate) fn flow() -> Flow {
        Flow::new(Gate {
            share: 0.5,
            records: 1_000,
        })
    }

    pub(crate) fn blank(&self) -> Row {
        Row::new(Arc::clone(&self.from))
    }

    /// Another process: it does not trust the watermark before it has asked.
    fn restart(&mut self) {
        let name = self.live.dataset().table().as_str();
        self.increment =
            Increment::new(&self.database, name, &self.from, &self.live).batch(self.batch);
    }

    pub(crate) async fn run(&self) -> Advance {
        let flow = Trial::flow();
        let run = self.increment.run(&flow, self.blank(), &self.today);
        run.await.unwrap()
    }

    pub(crate) async fn backfill(&self, span: Span) -> Advance {
        let flow = Trial::flow();
        let backfill = self
            .increment
            .backfill(&span, &flow, self.blank(), &self.today);
        backfill.await.unwrap()
    }

    pub(crate) async fn rebuild(&self) -> Advance {
        let flow = Trial::flow();
        let rebuild = self.increment.rebuild(&flow, self.blank(), &self.today);
        rebuild.await.unwrap()
    }

    pub(crate) async fn compare(&self) -> Comparison {
        let flow = Trial::flow();
        let compare = self
            .increment
            .compare_with_rebuild(&flow, self.blank(), &self.today);
        compare.await.unwrap()
    }

    /// Rows that no other file has, so that the file is a new one.
    fn rows(&self, dice: &mut Dice) -> Vec<Row> {
        let mut rows: Vec<Row> = (0..=dice.below(7)).map(|_| row(&self.from, dice)).collect();
        let nth = 100 + self.files.len() as i64;
        rows[0].set(3, Value::Decimal(nth.into())).unwrap();
        rows
    }

    pub(crate) async fn load(&mut self, name: &str, rows: Vec<Row>) -> Option<LoadId> {
        let mut store = Store::new(&self.database, &self.landing());
        let mut feed = Records::new(name, rows.clone()).chunk(2);
        let loaded = Flow::new(Gate::off())
            .run(&mut feed, &mut store)
            .await
            .unwrap();
        let load = match loaded {
            Outcome::Applied(receipt) => receipt.load,
            Outcome::Replayed(_) => return None,
            other => panic!("{other:?}"),
        };
        self.files.push((name.to_owned(), rows));
        self.applied.push(load);
        Some(load)
    }

    pub(crate) async fn step(&mut self, dice: &mut Dice) {
        match dice.below(16) {
            0 if self.applied.len() > 2 => self.unload(dice).await,
            1 if !self.files.is_empty() => self.replay(dice).await,
            2 if !self.files.is_empty() => self.correct(dice).await,
            3 => self.commit_late(dice).await,
            4 => self.restore(dice).await,
            5 => self.poison(dice).await,
            6 => self.mend().await,
            7 => self.put_right().await,
            8 => {
                self.backfill(self.span(dice)).await;
            }
            9 => self.release(dice).await,
            10 => {
                self.rebuild().await;
            }
            _ => {
                let rows = self.rows(dice);
                let name = format!("file {}", self.files.len());
                self.load(&name, rows).await.unwrap();
            }
        }
        if dice.below(2) > 0 {
            self.run().await;
        }
    }

    /// Refused where records of its quarantine were replayed.
    async fn unload(&mut self, dice: &mut Dice) {
        let nth = dice.below(self.applied.len() as u64) as usize;
        let load = self.applied[nth];
        let unloaded = self.database.unload(&self.landing(), load, "wrong").await;
        match unloaded {
            Ok(_) => drop(self.applied.remove(nth)),
            Err(error) => assert_eq!(error.kind(), Kind::Contract, "{error:?}"),
        }
    }

    /// The same file, under its name or another one; one that was unloaded comes in again.
    async fn replay(&mut self, dice: &mut Dice) {
        let nth = dice.below(self.files.len() as u64) as usize;
        let (name, rows) = self.files[nth].clone();
        let name = if dice.below(2) > 0 {
            name
        } else {
            format!("{name} again")
        };
        let nine = rows
            .iter()
            .any(|row| row.field(3) == ValueRef::Decimal(9.into()));
        let load = self.load(&name, rows).await;
        self.poisoned.extend(load.filter(|_| nine));
    }

    /// Another content under a name that was there.
    async fn correct(&mut self, dice: &mut Dice) {
        let nth = dice.below(self.files.len() as u64) as usize;
        let (name, _) = self.files[nth].clone();
        let rows = self.rows(dice);
        self.load(&name, rows).await.unwrap();
    }

    /// A transaction that begins before another one, and commits after that one was taken in.
    async fn commit_late(&mut self, dice: &mut Dice) {
        let name = format!("late {}", self.files.len());
        let rows = self.rows(dice);
        let mut store = Store::new(&self.database, &self.landing());
        let mut feed = Records::new(&name, rows.clone()).chunk(2);
        let key = Feed::<Encoded>::open(&mut feed).await.unwrap();
        let Begun::Fresh(mut early) = store.begin(key).await.unwrap() else {
            panic!("a new file is fresh")
        };
        self.files.push((name, rows));
        let rows = self.rows(dice);
        let name = format!("file {}", self.files.len());
        self.load(&name, rows).await.unwrap();
        match dice.below(3) {
            0 => drop(self.rebuild().await),
            _ => drop(self.run().await),
        }
        let (mut card, load) = (Scorecard::default(), early.id());
        while let Some(chunk) = feed.next(load).await.unwrap() {
            card += &chunk.card;
            early.write(chunk).await.unwrap();
        }
        early.publish(Verdict::Applied, card).await.unwrap();
        self.applied.push(load);
    }

    /// Transaction ids begin anew after a restore, and the watermark is gone, or speaks of others.
    async fn restore(&mut self, dice: &mut Dice) {
        let change = match dice.below(2) {
            0 => "DELETE FROM meta.watermark",
            _ => "UPDATE meta.watermark SET seen = '4000000000:4000000000:'",
        };
        let name = self.live.dataset().table().as_str();
        let change = format!("{change} WHERE pipeline LIKE '{name} from %'");
        let client = self.database.client().await.unwrap();
        client.batch_execute(&change).await.unwrap();
        self.restart();
    }

    /// A file that the gate refuses before the rule is mended.
    async fn poison(&mut self, dice: &mut Dice) {
        let mut rows = self.rows(dice);
        let mut bad = rows[0].clone();
        bad.set(3, Value::Decimal(9.into())).unwrap();
        rows.extend(std::iter::repeat_n(bad, rows.len() + 1));
        let name = format!("bad {}", self.files.len());
        let load = self.load(&name, rows).await;
        self.poisoned.extend(load);
    }

    /// Mends the rule, and releases what was held for it.
    async fn mend(&mut self) {
        self.today.mended.store(true, Ordering::Relaxed);
        if let (Some(first), Some(last)) = (self.poisoned.iter().min(), self.poisoned.iter().max())
        {
            self.backfill(Span::loads(*first..=*last)).await;
        }
    }

    /// Puts right whatever silver holds back, and replays it into bronze.
    async fn put_right(&mut self) {
        let desk = QuarantineDesk::of(&self.database).revealed();
        let filter = EntryFilter::default().dataset(self.live.dataset());
        let right = r#"{"id": 2, "version": 1, "content": 1.5, "at": "2024-02-28"}"#;
        desk.fix_all(&filter, |_| Some(right.into())).await.unwrap();
        let judge = RuleSet::<Row>::new().build_for(&self.from).unwrap();
        let (from, blank) = (Arc::clone(&self.from), self.blank());
        let (flow, landing) = (Flow::new(Gate::off()), self.landing());
        let replay = desk.replay(&flow, &landing, |fixed| {
            FixedRecords::with_contract(fixed, from, blank, judge)
        });
        if let Some(Outcome::Applied(receipt)) = replay.await.unwrap() {
            self.applied.push(receipt.load);
        }
    }

    fn span(&self, dice: &mut Dice) -> Span {
        let mut pick = || {
            let nth = dice.below(self.applied.len().max(1) as u64) as usize;
            self.applied.get(nth).copied().unwrap_or(LoadId(0))
        };
        let (one, other) = (pick(), pick());
        Span::loads(one.min(other)..=one.max(other))
    }

    /// A new stage, and all taken in again: at once, or piece by piece.
    async fn release(&mut self, dice: &mut Dice) {
        self.today.release.fetch_add(1, Ordering::Relaxed);
        if self.applied.is_empty() || dice.below(2) > 0 {
            self.rebuild().await;
            return;
        }
        let nth = dice.below(self.applied.len() as u64) as usize;
        let cut = self.applied[nth];
        let pieces = [Span::loads(..cut), Span::loads(cut..)];
        let first = dice.below(2) as usize;
        for piece in [pieces[first], pieces[1 - first]] {
            self.backfill(piece).await;
        }
    }

    /// Rows as they are on the pages: what is written moves.
    pub(crate) async fn pages(&self, fresh: &Fresh) -> String {
        let into = self.live.dataset().quoted();
        let pages =
            format!("SELECT string_agg(ctid::text || xmin || xmax, ' ' ORDER BY ctid) FROM {into}");
        fresh.one(&pages).await
    }

    /// The table is as a rebuild and a beginning from nothing give it.
    pub(crate) async fn check(&self, fresh: &Fresh, what: &str) {
        let comparison = self.compare().await;
        assert!(comparison.is_same(), "{what}: {comparison}");
        let name = self.nothing.dataset().table().as_str();
        let nothing = Increment::new(&self.database, name, &self.from, &self.nothing);
        nothing
            .run(&Trial::flow(), self.blank(), &self.today)
            .await
            .unwrap();
        let difference = self.kind.difference(&self.live, &self.nothing);
        assert_eq!(fresh.one(&difference).await, "NULL", "{what}");
        let before = self.pages(fresh).await;
        let rebuilt = self.rebuild().await;
        assert!(rebuilt.card().is_conserved(), "{what}: {rebuilt:?}");
        assert_eq!(
            self.pages(fresh).await,
            before,
            "{what}: a rebuild that changes nothing writes nothing"
        );
        assert_eq!(
            self.run().await,
            Advance::default(),
            "{what}: nothing is new"
        );
        // a fresh beginning and the rebuild have judged the same
        let held = |pipeline: &str| {
            format!(
                "(SELECT array_agg(load_id ORDER BY load_id) FROM meta.consumed WHERE pipeline = '{pipeline}' AND state = 'held')"
            )
        };
        let same = format!(
            "SELECT {} IS NOT DISTINCT FROM {}",
            held(name),
            held(self.live.dataset().table().as_str())
        );
        assert_eq!(fresh.one(&same).await, "true", "{what}: held");
        let twice = format!(
            "SELECT count(*) FROM (SELECT FROM meta.quarantine AS entry JOIN meta.load AS judged USING (load_id) \
             WHERE dataset = '{}' AND judged.state = 'applied' AND entry.state <> 'discarded' \
             GROUP BY origin_load, record_no HAVING count(*) > 1) AS twice",
            self.live.dataset()
        );
        assert_eq!(fresh.one(&twice).await, "0", "{what}: entries");
    }
}
