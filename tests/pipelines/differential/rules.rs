//! Every constructor and every variant of an expression, at least once, over columns with and without NULL.

mod numbers;
mod texts;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use metalayer::core::{Column, ColumnDef, Contract, Type};
use metalayer::prelude::*;
use metalayer::quality::{Compare, Expr, Rule, all as every, any, none, present, when};
use rust_decimal::{Decimal, dec};

type Of<V> = Column<(), V>;

const NAME: Of<Option<String>> = Column::new(0, "name");
const CODE: Of<Option<String>> = Column::new(1, "code \"x\"");
const MUST: Of<String> = Column::new(2, "must");
const SMALL: Of<Option<i32>> = Column::new(3, "small");
const BIG: Of<Option<i64>> = Column::new(4, "big");
const COUNT: Of<i32> = Column::new(5, "count");
const PRICE: Of<Option<Decimal>> = Column::new(6, "price");
const COST: Of<Decimal> = Column::new(7, "cost");
const SCORE: Of<Option<f64>> = Column::new(8, "score");
const RATE: Of<f64> = Column::new(9, "rate");
const FLAG: Of<Option<bool>> = Column::new(10, "flag");
const DAY: Of<Option<NaiveDate>> = Column::new(11, "day");
const DUE: Of<NaiveDate> = Column::new(12, "due");
const LOCAL: Of<Option<NaiveDateTime>> = Column::new(13, "local");
const AT: Of<Option<DateTime<Utc>>> = Column::new(14, "at");
const PICKED: Of<Option<NaiveDateTime>> = Column::new(15, "picked");
const SENT: Of<DateTime<Utc>> = Column::new(16, "sent");

/// When the load began, in the hour that clocks skip in Berlin.
pub fn now() -> DateTime<Utc> {
    let day = NaiveDate::from_ymd_opt(2024, 3, 31).unwrap();
    day.and_hms_micro_opt(2, 30, 0, 123_456).unwrap().and_utc()
}

pub fn contract() -> Contract {
    use Type::{Bool, Date, Float8, Int4, Int8, Numeric, Text, Timestamp, Timestamptz};
    let of = |name, ty, nullable| ColumnDef {
        nullable,
        ..ColumnDef::of(name, ty)
    };
    let columns = vec![
        of(NAME.name, Text, true),
        of(CODE.name, Text, true),
        of(MUST.name, Text, false),
        of(SMALL.name, Int4, true),
        of(BIG.name, Int8, true),
        of(COUNT.name, Int4, false),
        of(PRICE.name, Numeric, true),
        of(COST.name, Numeric, false),
        of(SCORE.name, Float8, true),
        of(RATE.name, Float8, false),
        of(FLAG.name, Bool, true),
        of(DAY.name, Date, true),
        of(DUE.name, Date, false),
        of(LOCAL.name, Timestamp, true),
        of(AT.name, Timestamptz, true),
        of(PICKED.name, Timestamp, true),
        of(SENT.name, Timestamptz, false),
    ];
    let dataset = "bronze.hostile".parse().unwrap();
    Contract {
        dataset,
        columns,
        grain: Vec::new(),
    }
    .checked()
    .unwrap()
}

/// Each under a name of its own.
pub fn all() -> Vec<Rule> {
    let rules = [
        texts::texts(),
        texts::formats(),
        texts::patterns(),
        numbers::numbers(),
        numbers::calculations(),
        times(),
        logic(),
    ]
    .concat();
    let named = |(place, rule): (usize, Rule)| rule.clone().named(format!("{place}: {}", rule.id));
    rules.into_iter().enumerate().map(named).collect()
}

fn column(name: &str) -> Box<Expr> {
    Box::new(Expr::column(name))
}

fn raw(id: &str, expr: Expr) -> Rule {
    Rule::new(id, expr, "something")
}

fn times() -> Vec<Rule> {
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
    let gap = day(2024, 3, 31).and_hms_opt(2, 30, 0).unwrap();
    let last = day(-1, 12, 31)
        .and_hms_micro_opt(23, 59, 59, 999_999)
        .unwrap();
    vec![
        DAY.between(day(2024, 2, 29), day(2024, 3, 5)),
        DAY.not_before(day(-4713, 11, 24)).named("first").when_day(),
        DAY.not_before(day(0, 1, 1)),
        DUE.not_after(day(262_142, 12, 30)),
        DUE.not_before(day(10_000, 1, 1)),
        DAY.not_null(),
        DAY.expr().at_most(DUE),
        DAY.expr().distinct_from(DUE),
        DAY.expr().days_since(DUE).at_most(7),
        DUE.expr().days_since(day(2000, 1, 1)).between(0, 9_000),
        DAY.expr().days_since(DUE).distinct_from(0),
        DAY.expr().or(DUE).above(day(2024, 3, 1)),
        DAY.expr().at_most(DUE).named("day_due.order"),
        DAY.ordered(DUE),
        DAY.within_days(DUE, 30),
        LOCAL.within_days(PICKED, 30),
        AT.within_days(SENT, 30),
        DAY.not_future(),
        LOCAL.not_future(),
        AT.not_future(),
        DAY.recent(20),
        LOCAL.recent(20),
        AT.recent(20),
        raw(
            "seconds",
            Expr::Seconds(column("local"), column("picked"))
                .compare(Compare::Gt, Expr::literal(dec!(0.000001))),
        ),
        raw(
            "seconds since now",
            Expr::Seconds(Box::new(Expr::Now(Type::Timestamptz)), column("at"))
                .compare(Compare::Le, Expr::literal(86_400)),
        ),
        LOCAL.not_before(gap),
        LOCAL.not_after(last),
        LOCAL.expr().equals(gap),
        LOCAL.between(gap, gap + chrono::TimeDelta::days(9)),
        AT.not_before(gap.and_utc()),
        AT.not_after(last.and_utc()),
        AT.expr().equals(gap.and_utc()),
        AT.expr().distinct_from(gap.and_utc()),
        raw(
            "one of days",
            Expr::OneOf(
                column("day"),
                vec![day(2024, 3, 1).into(), day(0, 12, 31).into()],
            ),
        ),
        raw(
            "one of moments",
            Expr::OneOf(
                column("at"),
                vec![gap.and_utc().into(), last.and_utc().into()],
            ),
        ),
        raw(
            "one of local moments",
            Expr::OneOf(column("local"), vec![gap.into(), last.into()]),
        ),
    ]
}

fn logic() -> Vec<Rule> {
    let flag = || Expr::column("flag");
    let all = || {
        vec![
            flag(),
            NAME.one_of(["EU", "eu"]).expr,
            SMALL.positive().expr,
        ]
    };
    vec![
        FLAG.not_null(),
        FLAG.expr().equals(true),
        FLAG.expr().distinct_from(true),
        FLAG.expr().above(false),
        raw("flag", flag()),
        raw("not flag", flag().negated()),
        raw("and", Expr::And(all())),
        raw("or", Expr::Or(all())),
        raw("not and", Expr::And(all()).negated()),
        raw(
            "flag or",
            Expr::Coalesce(vec![flag(), SMALL.positive().expr, Expr::literal(false)]),
        ),
        raw("unknown", Expr::IsNull(Box::new(Expr::And(all())))),
        raw(
            "flag one of",
            Expr::OneOf(column("flag"), vec![true.into()]),
        ),
        raw(
            "nothing or a flag",
            Expr::Or(vec![Expr::Or(Vec::new()), flag()]),
        ),
        raw(
            "all and a flag",
            Expr::And(vec![Expr::And(Vec::new()), flag()]),
        ),
        raw(
            "conditions compared",
            NAME.not_blank()
                .expr
                .compare(Compare::Eq, SMALL.positive().expr),
        ),
        NAME.required_if(SMALL.positive()),
        present(1, (NAME, SMALL)),
        present(3, (NAME, SMALL, SCORE, DAY)),
        every([NAME.not_blank(), SMALL.positive()]),
        any([NAME.one_of(["EU"]), SMALL.positive()]),
        none([NAME.one_of(["EU"]), SMALL.positive()]),
        raw(
            "present and unknown",
            Expr::Present(vec![Expr::And(all()), Expr::column("day")])
                .compare(Compare::Eq, Expr::literal(2)),
        ),
        when(NAME.one_of(["EU", "a"])).then(PRICE.at_least(dec!(0))),
    ]
}

/// A bound that nothing in the range is below needs another day to refuse.
trait WhenDay {
    fn when_day(self) -> Rule;
}

impl WhenDay for Rule {
    fn when_day(self) -> Rule {
        let other = DAY.not_after(NaiveDate::from_ymd_opt(1, 1, 1).unwrap());
        Rule::new(
            self.id,
            Expr::And(vec![self.expr, other.expr]),
            self.expected,
        )
    }
}
