use ml_core::{Type, Value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Format, Pattern};

/// What a rule says about a record: a small tree over columns, which runs in Rust and, with few exceptions, as SQL.
///
/// `C` is how a column is referred to: by name in a rule, by ordinal once the rule is bound. Logic has three
/// values, as in SQL: whatever touches a NULL is NULL, except where it says otherwise here. `SEMANTICS.md` of this
/// crate says what each means for hostile values, and a test asks PostgreSQL whether that is true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr<C = String> {
    /// The value of a column.
    Column(C),
    /// A constant; never NULL, NaN or infinite.
    Literal(Value),
    /// A comparison of two values of one kind: numbers by value whatever their types, text by its bytes.
    Compare(Compare, Box<Expr<C>>, Box<Expr<C>>),
    /// True when all are; false when one is; else NULL.
    And(Vec<Expr<C>>),
    /// True when one is; false when all are; else NULL.
    Or(Vec<Expr<C>>),
    /// The opposite; NULL stays NULL.
    Not(Box<Expr<C>>),
    /// Whether a value is NULL; never NULL itself.
    IsNull(Box<Expr<C>>),
    /// Whether text is NULL, empty or white space only (Unicode's `White_Space`); never NULL itself.
    IsBlank(Box<Expr<C>>),
    /// Whether a value equals one of some constants.
    OneOf(Box<Expr<C>>, Vec<Value>),
    /// Whether text is written as the format says; the empty text never is.
    Format(Box<Expr<C>>, Format),
    /// How many Unicode scalar values text has.
    Length(Box<Expr<C>>),
    /// The sum of two numbers; see [`Expr::Mul`].
    Add(Box<Expr<C>>, Box<Expr<C>>),
    /// The difference of two numbers; see [`Expr::Mul`].
    Sub(Box<Expr<C>>, Box<Expr<C>>),
    /// The product of two numbers.
    ///
    /// Whole and decimal numbers are calculated exactly: a result that takes more than 28 digits to write down is
    /// unknown, which is NULL. As soon as one side is a float, both are, and an infinite result is unknown.
    Mul(Box<Expr<C>>, Box<Expr<C>>),
    /// A number without its sign.
    Abs(Box<Expr<C>>),
    /// Whether two values of one kind differ, where NULL equals NULL only; never NULL itself.
    IsDistinct(Box<Expr<C>>, Box<Expr<C>>),
    /// The first value that is not NULL.
    Coalesce(Vec<Expr<C>>),
    /// Text with the letters A to Z in lower case; all others stay.
    AsciiLower(Box<Expr<C>>),
    /// Text with the letters a to z in upper case; all others stay.
    AsciiUpper(Box<Expr<C>>),
    /// Text without white space (Unicode's `White_Space`) at its ends.
    Trim(Box<Expr<C>>),
    /// Whether text starts with this one.
    StartsWith(Box<Expr<C>>, String),
    /// Whether text ends with this one.
    EndsWith(Box<Expr<C>>, String),
    /// Whether this text is somewhere in it.
    Contains(Box<Expr<C>>, String),
    /// Whether the pattern is somewhere in the text.
    Matches(Box<Expr<C>>, Pattern),
    /// What is left of a whole or decimal number divided by this one, with the number's sign.
    Mod(Box<Expr<C>>, Decimal),
    /// How many decimal places a whole or decimal number needs: 1 for `1.50`.
    Scale(Box<Expr<C>>),
    /// How many days the first date is after the second.
    Days(Box<Expr<C>>, Box<Expr<C>>),
    /// How many seconds the first timestamp is after the second, exact to the microsecond.
    Seconds(Box<Expr<C>>, Box<Expr<C>>),
    /// How many of some values are not NULL; never NULL itself.
    Present(Vec<Expr<C>>),
    /// The instant at which the load began, the same for all its records: as a date or a timestamp of UTC.
    Now(Type),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Compare {
    /// The operator in SQL.
    pub const fn sql(self) -> &'static str {
        match self {
            Compare::Eq => "=",
            Compare::Ne => "<>",
            Compare::Lt => "<",
            Compare::Le => "<=",
            Compare::Gt => ">",
            Compare::Ge => ">=",
        }
    }
}

impl<C> Expr<C> {
    /// Every column it reads, as often as it does.
    pub fn columns(&self) -> Vec<&C> {
        let mut columns = Vec::new();
        self.visit(&mut |column| columns.push(column));
        columns
    }

    /// Whether it asks for the instant of the load, so that its truth is not a matter of the record alone.
    pub fn reads_clock(&self) -> bool {
        matches!(self, Expr::Now(_)) || self.parts().into_iter().any(Expr::reads_clock)
    }

    fn visit<'a>(&'a self, see: &mut impl FnMut(&'a C)) {
        if let Expr::Column(column) = self {
            see(column);
        }
        self.parts().into_iter().for_each(|part| part.visit(see));
    }

    pub(crate) fn parts(&self) -> Vec<&Expr<C>> {
        match self {
            Expr::Column(_) | Expr::Literal(_) | Expr::Now(_) => Vec::new(),
            Expr::And(all) | Expr::Or(all) => all.iter().collect(),
            Expr::Coalesce(all) | Expr::Present(all) => all.iter().collect(),
            Expr::Compare(_, a, b) | Expr::IsDistinct(a, b) => vec![a, b],
            Expr::Days(a, b) | Expr::Seconds(a, b) => vec![a, b],
            Expr::Add(a, b) | Expr::Sub(a, b) | Expr::Mul(a, b) => vec![a, b],
            Expr::Not(a) | Expr::IsNull(a) | Expr::IsBlank(a) | Expr::OneOf(a, _) => vec![a],
            Expr::Format(a, _) | Expr::Length(a) | Expr::Abs(a) => vec![a],
            Expr::AsciiLower(a) | Expr::AsciiUpper(a) | Expr::Trim(a) => vec![a],
            Expr::StartsWith(a, _) | Expr::EndsWith(a, _) | Expr::Contains(a, _) => vec![a],
            Expr::Matches(a, _) | Expr::Mod(a, _) | Expr::Scale(a) => vec![a],
        }
    }
}

impl Expr {
    /// The value of the column `name`.
    pub fn column(name: impl Into<String>) -> Self {
        Expr::Column(name.into())
    }

    /// A constant.
    pub fn literal(value: impl Into<Value>) -> Self {
        Expr::Literal(value.into())
    }

    /// This expression compared with another one.
    pub fn compare(self, how: Compare, other: Expr) -> Self {
        Expr::Compare(how, Box::new(self), Box::new(other))
    }

    /// True where this one is false.
    pub fn negated(self) -> Self {
        Expr::Not(Box::new(self))
    }

    /// True where `condition` is false or this one true: what holds only under a condition.
    pub fn when(self, condition: Expr) -> Self {
        Expr::Or(vec![condition.negated(), self])
    }
}
