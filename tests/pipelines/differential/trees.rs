//! Expressions at random: whatever can be built, and some that cannot.

use metalayer::core::Type;
use metalayer::quality::{Compare, Expr, Format};

use super::values::{Dice, hostile, ordinary};

pub struct Trees<'a> {
    pub dice: &'a mut Dice,
}

impl Trees<'_> {
    pub fn condition(&mut self, depth: usize) -> Expr {
        let inner = depth.saturating_sub(1);
        match self.dice.roll(if depth == 0 { 5 } else { 14 }) {
            0 => Expr::column("flag"),
            1 => Expr::Format(self.text(inner).into(), *self.dice.one(&Format::ALL)),
            2 => Expr::IsBlank(self.text(inner).into()),
            3 => self.about_text(inner),
            4..8 => self.compared(inner),
            8 => Expr::And(vec![self.condition(inner), self.condition(inner)]),
            9 => Expr::Or(vec![self.condition(inner), self.condition(inner)]),
            10 => self.condition(inner).negated(),
            11 => Expr::IsNull(self.number(inner).into()),
            12 => Expr::Coalesce(vec![self.condition(inner), self.condition(inner)]),
            _ => Expr::OneOf(
                self.number(inner).into(),
                (0..3).map(|_| self.value(Type::Numeric)).collect(),
            ),
        }
    }

    fn compared(&mut self, depth: usize) -> Expr {
        let (a, b) = match self.dice.roll(5) {
            0 => (self.text(depth), self.text(depth)),
            1 => (self.day(), self.day()),
            2 => (self.condition(depth), self.condition(depth)),
            _ => (self.number(depth), self.number(depth)),
        };
        use Compare::*;
        match self.dice.roll(7) {
            6 => Expr::IsDistinct(a.into(), b.into()),
            how => a.compare([Eq, Ne, Lt, Le, Gt, Ge][how], b),
        }
    }

    fn about_text(&mut self, depth: usize) -> Expr {
        const PARTS: [&str; 6] = ["", "a", "EU", "é", "\\", "INV-"];
        const PATTERNS: [&str; 5] = ["^[a-z]", "U.*$", "\\s", "^\\S*$", "\\d|é"];
        let (text, part) = (self.text(depth).into(), (*self.dice.one(&PARTS)).into());
        match self.dice.roll(4) {
            0 => Expr::StartsWith(text, part),
            1 => Expr::EndsWith(text, part),
            2 => Expr::Contains(text, part),
            _ => Expr::Matches(text, (*self.dice.one(&PATTERNS)).into()),
        }
    }

    fn number(&mut self, depth: usize) -> Expr {
        const COLUMNS: [&str; 7] = ["small", "big", "count", "price", "cost", "score", "rate"];
        let inner = depth.saturating_sub(1);
        match self.dice.roll(if depth == 0 { 5 } else { 13 }) {
            0..4 => Expr::column(*self.dice.one(&COLUMNS)),
            4 => {
                let of = *self.dice.one(&[Type::Int8, Type::Numeric, Type::Float8]);
                Expr::Literal(self.value(of))
            }
            5 => Expr::Add(self.number(inner).into(), self.number(inner).into()),
            6 => Expr::Sub(self.number(inner).into(), self.number(inner).into()),
            7 => Expr::Mul(self.number(inner).into(), self.number(inner).into()),
            8 => Expr::Abs(self.number(inner).into()),
            9 => Expr::Coalesce(vec![self.number(inner), self.number(inner)]),
            10 => Expr::Length(self.text(inner).into()),
            11 => Expr::Scale(self.number(inner).into()),
            _ => match self.dice.roll(4) {
                0 => Expr::Seconds(
                    Expr::column("local").into(),
                    Expr::Now(Type::Timestamp).into(),
                ),
                1 => Expr::Present(vec![self.text(inner), self.number(inner)]),
                2 => Expr::Days(self.day().into(), self.day().into()),
                _ => Expr::Mod(self.number(inner).into(), self.step()),
            },
        }
    }

    fn step(&mut self) -> rust_decimal::Decimal {
        rust_decimal::Decimal::new(1 + self.dice.roll(50) as i64, self.dice.roll(3) as u32)
    }

    fn text(&mut self, depth: usize) -> Expr {
        const COLUMNS: [&str; 3] = ["name", "code \"x\"", "must"];
        let inner = depth.saturating_sub(1);
        match self.dice.roll(if depth == 0 { 4 } else { 8 }) {
            0..3 => Expr::column(*self.dice.one(&COLUMNS)),
            3 => Expr::Literal(self.value(Type::Text)),
            4 => Expr::AsciiLower(self.text(inner).into()),
            5 => Expr::AsciiUpper(self.text(inner).into()),
            6 => Expr::Trim(self.text(inner).into()),
            _ => Expr::Coalesce(vec![self.text(inner), self.text(inner)]),
        }
    }

    fn day(&mut self) -> Expr {
        match self.dice.roll(3) {
            0 => Expr::Literal(self.value(Type::Date)),
            1 => Expr::column("day"),
            _ => Expr::column("due"),
        }
    }

    fn value(&mut self, ty: Type) -> metalayer::core::Value {
        match self.dice.roll(3) {
            0 => self.dice.one(&hostile(ty)).clone(),
            _ => ordinary(ty, self.dice),
        }
    }
}
