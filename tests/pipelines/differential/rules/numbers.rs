//! Rules about numbers.

use metalayer::prelude::*;
use metalayer::quality::{Compare, Expr, Rule};
use rust_decimal::{Decimal, dec};

use super::{BIG, COST, COUNT, PRICE, RATE, SCORE, SMALL, column, raw};

pub(super) fn numbers() -> Vec<Rule> {
    vec![
        SMALL.between(-5, 5),
        BIG.at_least(0),
        BIG.at_most(i64::MAX - 1),
        BIG.positive(),
        COUNT.positive(),
        COUNT.at_most(7),
        BIG.between(i64::MIN, -1),
        PRICE.between(dec!(0.01), dec!(1.50)),
        PRICE.at_least(Decimal::MAX),
        COST.positive(),
        COST.at_most(dec!(-0.0)),
        PRICE.at_most(dec!(0.0000000000000000000000000001)),
        SCORE.between(-1.0, 0.1),
        SCORE.at_least(f64::MAX),
        SCORE.at_most(5e-324),
        RATE.positive(),
        RATE.at_least(-0.0),
        SCORE.not_null(),
        SMALL.not_null(),
        SMALL.expr().equals(BIG),
        SMALL.expr().below(PRICE),
        BIG.expr().above(COST),
        SCORE.expr().at_least(PRICE),
        SCORE.expr().equals(BIG),
        RATE.expr().at_most(COUNT),
        RATE.expr().equals(COST),
        SCORE.expr().equals(RATE),
        SCORE.expr().distinct_from(RATE),
        SMALL.expr().distinct_from(COUNT),
        PRICE.expr().distinct_from(COST),
        PRICE.expr().equals(COST),
        SCORE.expr().distinct_from(SMALL),
        COST.expr().equals(0.1),
        SMALL.expr().equals(2.0),
        BIG.expr().below(dec!(0.5)),
        PRICE.expr().or(0).at_most(0),
        SCORE.expr().or(0).equals(0),
        SCORE.expr().or(RATE).above(dec!(0.1)),
        SMALL.expr().or(BIG).or(dec!(1.5)).positive(),
        PRICE.expr().abs().at_most(2),
        SCORE.expr().abs().at_least(1),
        BIG.expr().abs().at_most(i64::MAX),
        SMALL.expr().abs().at_most(5),
        SMALL.multiple_of(3),
        BIG.multiple_of(7),
        BIG.multiple_of(dec!(0.3)),
        PRICE.multiple_of(dec!(0.05)),
        COST.multiple_of(dec!(-1.5)),
        PRICE.multiple_of(dec!(0.0000000000000000000000000003)),
        PRICE.multiple_of(Decimal::MAX),
        PRICE.max_scale(2),
        COST.max_scale(0),
        PRICE.max_scale(27),
        PRICE.precision(10, 2),
        COST.precision(28, 28),
        COST.precision(40, 3),
        SMALL.precision(3, 0),
        BIG.not_negative(),
        RATE.not_negative(),
        SCORE.finite(),
        SMALL.one_of([0, 1, 2]),
        PRICE.none_of([dec!(0.1), dec!(1.50)]),
        SCORE.one_of([0.1, 0.3]),
        raw(
            "whole one of",
            Expr::OneOf(
                column("small"),
                vec![1.into(), dec!(2.0).into(), 0.5.into(), 3.0.into()],
            ),
        ),
        raw(
            "decimal one of",
            Expr::OneOf(
                column("price"),
                vec![1.into(), dec!(1.50).into(), (-2).into(), 0.1.into()],
            ),
        ),
        raw(
            "float one of",
            Expr::OneOf(
                column("score"),
                vec![1.into(), dec!(0.1).into(), 0.3.into(), i64::MAX.into()],
            ),
        ),
        raw(
            "remainder",
            Expr::Mod(column("price"), dec!(0.7)).compare(Compare::Lt, Expr::literal(0)),
        ),
        raw(
            "scale of a sum",
            Expr::Scale(Box::new((PRICE.expr() + COST).into_expr()))
                .compare(Compare::Le, Expr::literal(1)),
        ),
    ]
}

/// Results of more than 28 digits are unknown on both sides.
pub(super) fn calculations() -> Vec<Rule> {
    let off = || (PRICE.expr() * COUNT - COST).abs();
    vec![
        off().at_most(dec!(0.01)),
        off().at_most(5),
        (PRICE.expr() + COUNT).near(COST, dec!(0.5)),
        (PRICE.expr() * COST).at_least(1),
        (PRICE.expr() + COST).positive(),
        (PRICE.expr() - COST).equals(0),
        (PRICE.expr() * PRICE * PRICE).at_least(2),
        (BIG.expr() * BIG).at_most(100),
        (BIG.expr() + SMALL).above(COUNT),
        (BIG.expr() - COUNT).below(0),
        (SMALL.expr() * COUNT).between(-9, 9),
        (PRICE.expr() + dec!(0.0000000000000000000000000001)).at_most(dec!(0.004)),
        (COST.expr() * dec!(10)).at_most(15),
        (PRICE.expr() * dec!(0.00)).distinct_from(0),
        raw(
            "unknown",
            Expr::IsNull(Box::new((PRICE.expr() * COST).into_expr())),
        ),
        raw(
            "unknown sum",
            Expr::IsNull(Box::new((COST.expr() + BIG).into_expr())),
        ),
        raw(
            "remainder of a product",
            Expr::Mod(Box::new((COST.expr() * COUNT).into_expr()), dec!(3))
                .compare(Compare::Eq, Expr::literal(0)),
        ),
    ]
}
