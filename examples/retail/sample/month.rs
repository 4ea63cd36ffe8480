use std::collections::BTreeSet;

use super::defect::{BRONZE, CANCELLATION, NO_CUSTOMER, QUOTE, SILVER, in_turn};
use super::dice::Dice;
use super::fate::Fate;
use super::planted::Planted;
use super::sale::{CUSTOMERS, Cells, MOVERS, PRODUCTS, Sale};

const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,\
    Country,Email,Region\n";

/// What outlives a file.
#[derive(Default)]
pub(super) struct Month {
    dice: Dice,
    planted: Planted,
    accepted: Vec<Sale>,
    invoices: u64,
}

impl Month {
    pub(super) fn file(&mut self, day: u64, records: u64) -> Vec<u8> {
        let mut bytes = HEADER.as_bytes().to_vec();
        let today = self.accepted.len();
        for (at, fate) in (0..).zip(self.plan(day, records)) {
            let sale = self.sale(day, at, records);
            bytes.extend(self.settle(sale, fate, today).join(&b','));
            bytes.push(b'\n');
        }
        self.planted.records += records;
        self.invoices += records / 4 + 1;
        bytes
    }

    /// Shares are per mille, rounded down so that no file exceeds its own.
    pub(super) fn plan(&mut self, day: u64, records: u64) -> Vec<Fate> {
        let share = |mille: u64| (records * mille / 1_000) as usize;
        let bronze = in_turn(&BRONZE, day, share(30 + self.dice.below(8)));
        let silver = in_turn(&SILVER, day, share(10 + self.dice.below(4)));
        let mut plan: Vec<Fate> = bronze
            .map(Fate::Bronze)
            .chain(silver.map(Fate::Silver))
            .collect();
        plan.extend(vec![Fate::Dropped(NO_CUSTOMER); share(30)]);
        plan.extend(vec![Fate::Dropped(CANCELLATION); share(20)]);
        plan.extend(vec![Fate::Duplicate; share(10)]);
        let plain = plan
            .iter()
            .filter(|fate| matches!(fate, Fate::Bronze(QUOTE)))
            .count();
        plan.resize(records as usize - plain, Fate::Accepted);
        self.dice.shuffle(&mut plan);
        plan.into_iter().flat_map(Fate::followed).collect()
    }

    /// Four lines make an invoice: one customer, one moment, four products.
    pub(super) fn sale(&mut self, day: u64, at: u64, records: u64) -> Sale {
        let invoice = self.invoices + at / 4;
        let mut dice = Dice(invoice);
        let among = [MOVERS, 1, 1, 1, 1, 1][dice.index(6)];
        Sale {
            day,
            second: 28_800 + at / 4 * 4 * 43_200 / records,
            invoice,
            customer: dice.below(CUSTOMERS / among) * among,
            product: (dice.below(PRODUCTS) + at % 4 * 97) % PRODUCTS,
            quantity: (1 + self.dice.below(12) as i64) * [1, 1, 1, 12][self.dice.index(4)],
            mess: self.dice.roll(),
        }
    }

    fn settle(&mut self, sale: Sale, fate: Fate, today: usize) -> Cells {
        let (ledger, defect) = match fate {
            Fate::Accepted => return self.accept(sale),
            Fate::Plain => return self.accept(sale.plain()),
            Fate::Duplicate => return self.repeat(sale, today),
            Fate::Dropped(defect) => (&mut self.planted.silver_dropped, defect),
            Fate::Silver(defect) => (&mut self.planted.silver_quarantined, defect),
            Fate::Bronze(defect) => (&mut self.planted.bronze_quarantined, defect),
        };
        *ledger.entry(defect.0).or_default() += 1;
        sale.spoiled(defect, &mut self.dice)
    }

    fn accept(&mut self, sale: Sale) -> Cells {
        self.accepted.push(sale);
        self.planted.accept(&sale);
        sale.cells()
    }

    /// Something accepted before, half the time from this file, half the time with another mess.
    fn repeat(&mut self, fresh: Sale, today: usize) -> Cells {
        let pool = &self.accepted[[0, today][self.dice.index(2)]..];
        let Some(mut sale) = pool.get(self.dice.index(pool.len())).copied() else {
            return self.accept(fresh);
        };
        sale.mess = [sale.mess, self.dice.roll()][self.dice.index(2)];
        *self.planted.silver_dropped.entry("duplicate").or_default() += 1;
        sale.cells()
    }

    pub(super) fn planted(self) -> Planted {
        let homes: BTreeSet<_> = self
            .accepted
            .iter()
            .map(|s| (s.customer, s.country()))
            .collect();
        let customers: BTreeSet<_> = homes.iter().map(|(customer, _)| customer).collect();
        let customers_moved = (homes.len() - customers.len()) as u64;
        Planted {
            customers_moved,
            ..self.planted
        }
    }
}
