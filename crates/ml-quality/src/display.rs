use std::fmt;

use ml_core::Type;

use crate::Expr;

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
            Expr::Format(a, format) => write!(f, "is_{format}({a})"),
            Expr::Length(a) => write!(f, "length({a})"),
            Expr::Add(a, b) => infix(f, a, "+", b),
            Expr::Sub(a, b) => infix(f, a, "-", b),
            Expr::Mul(a, b) => infix(f, a, "*", b),
            Expr::Abs(a) => write!(f, "abs({a})"),
            Expr::IsDistinct(a, b) => infix(f, a, "is distinct from", b),
            Expr::Coalesce(all) => {
                f.write_str("coalesce(")?;
                listed(f, all)?;
                f.write_str(")")
            }
            Expr::AsciiLower(a) => write!(f, "lower({a})"),
            Expr::AsciiUpper(a) => write!(f, "upper({a})"),
            Expr::Trim(a) => write!(f, "trim({a})"),
            Expr::StartsWith(a, text) => write!(f, "starts_with({a}, {text:?})"),
            Expr::EndsWith(a, text) => write!(f, "ends_with({a}, {text:?})"),
            Expr::Contains(a, text) => write!(f, "contains({a}, {text:?})"),
            Expr::Matches(a, pattern) => write!(f, "{a} ~ {:?}", pattern.as_str()),
            Expr::Mod(a, step) => write!(f, "mod({a}, {step})"),
            Expr::Scale(a) => write!(f, "scale({a})"),
            Expr::Days(a, b) => infix(f, a, "-", b),
            Expr::Seconds(a, b) => write!(f, "seconds({a} - {b})"),
            Expr::Present(all) => {
                f.write_str("present(")?;
                listed(f, all)?;
                f.write_str(")")
            }
            Expr::Now(Type::Date) => f.write_str("today"),
            Expr::Now(_) => f.write_str("now"),
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
        Expr::IsDistinct(..) | Expr::Matches(..) | Expr::Days(..) => write!(f, "({expr})"),
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

fn listed<C: fmt::Display>(f: &mut fmt::Formatter<'_>, all: &[Expr<C>]) -> fmt::Result {
    for (place, one) in all.iter().enumerate() {
        let before = if place == 0 { "" } else { ", " };
        write!(f, "{before}{one}")?;
    }
    Ok(())
}
