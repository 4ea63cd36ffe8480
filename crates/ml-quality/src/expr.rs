use std::fmt;

use ml_core::Value;
use serde::{Deserialize, Serialize};

/// What a rule says about a record: a small tree over columns, which runs in Rust and could run as SQL.
///
/// `C` is how a column is referred to: by name in a rule, by ordinal once the rule is bound. Logic has three
/// values, as in SQL: whatever touches a NULL is NULL, except where it says otherwise here.
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
    /// Whether text is an e-mail address as HTML5 defines it; the empty text is none.
    Email(Box<Expr<C>>),
    /// How many Unicode scalar values text has.
    Length(Box<Expr<C>>),
    /// The sum of two numbers; see [`Expr::Mul`].
    Add(Box<Expr<C>>, Box<Expr<C>>),
    /// The difference of two numbers; see [`Expr::Mul`].
    Sub(Box<Expr<C>>, Box<Expr<C>>),
    /// The product of two numbers.
    ///
    /// Whole and decimal numbers are calculated as decimals of 28 digits (the last one rounded where there would
    /// be more), and as floats as soon as one side is a float. A result that is too large is unknown: NULL.
    Mul(Box<Expr<C>>, Box<Expr<C>>),
    /// A number without its sign.
    Abs(Box<Expr<C>>),
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

    fn visit<'a>(&'a self, see: &mut impl FnMut(&'a C)) {
        if let Expr::Column(column) = self {
            see(column);
        }
        self.parts().into_iter().for_each(|part| part.visit(see));
    }

    fn parts(&self) -> Vec<&Expr<C>> {
        match self {
            Expr::Column(_) | Expr::Literal(_) => Vec::new(),
            Expr::And(all) | Expr::Or(all) => all.iter().collect(),
            Expr::Compare(_, a, b) | Expr::Add(a, b) | Expr::Sub(a, b) | Expr::Mul(a, b) => {
                vec![a, b]
            }
            Expr::Not(a) | Expr::IsNull(a) | Expr::IsBlank(a) | Expr::OneOf(a, _) => vec![a],
            Expr::Email(a) | Expr::Length(a) | Expr::Abs(a) => vec![a],
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
}

/// As a person would write it in SQL.
impl<C: fmt::Display> fmt::Display for Expr<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Column(column) => column.fmt(f),
            Expr::Literal(value) => value.as_ref().fmt(f),
            Expr::Compare(how, a, b) => infix(f, a, how.sql(), b),
            Expr::And(all) => joined(f, all, " and "),
            Expr::Or(all) => joined(f, all, " or "),
            Expr::Not(a) => write!(f, "not ({a})"),
            Expr::IsNull(a) => write!(f, "{a} is null"),
            Expr::IsBlank(a) => write!(f, "is_blank({a})"),
            Expr::OneOf(a, values) => write!(f, "{a} in ({} values)", values.len()),
            Expr::Email(a) => write!(f, "is_email({a})"),
            Expr::Length(a) => write!(f, "length({a})"),
            Expr::Add(a, b) => infix(f, a, "+", b),
            Expr::Sub(a, b) => infix(f, a, "-", b),
            Expr::Mul(a, b) => infix(f, a, "*", b),
            Expr::Abs(a) => write!(f, "abs({a})"),
        }
    }
}

fn infix<C: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    a: &Expr<C>,
    how: &str,
    b: &Expr<C>,
) -> fmt::Result {
    operand(f, a)?;
    write!(f, " {how} ")?;
    operand(f, b)
}

/// In brackets where it has an operator of its own.
fn operand<C: fmt::Display>(f: &mut fmt::Formatter<'_>, expr: &Expr<C>) -> fmt::Result {
    match expr {
        Expr::Compare(..) | Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..) => write!(f, "({expr})"),
        _ => write!(f, "{expr}"),
    }
}

fn joined<C: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    all: &[Expr<C>],
    between: &str,
) -> fmt::Result {
    for (place, one) in all.iter().enumerate() {
        let before = if place == 0 { "" } else { between };
        write!(f, "{before}({one})")?;
    }
    Ok(())
}
