//! From the parser's tree to ours: what is not named here is refused.

use std::ops::Range;

use sqlparser::ast::{
    BinaryOperator, Expr as Ast, Ident, InTarget, Spanned, UnaryOperator, Value as Constant,
};

use crate::snippet::Flaw;
use crate::sql_constant::constant;
use crate::sql_names::construct;
use crate::sql_text::span;
use crate::{Compare, Expr};

pub(crate) type Result<T = Expr> = std::result::Result<T, Flaw>;

/// How deep the expression may be: sums nest without brackets.
const MAX_DEPTH: usize = 64;
/// How large it may be: `BETWEEN` takes its operand twice.
const MAX_NODES: usize = 4_096;

/// Reads the parser's nodes, and keeps the columns it meets.
pub(crate) struct Nodes<'a> {
    text: &'a str,
    columns: Vec<(String, Range<usize>)>,
    depth: usize,
    made: usize,
}

impl<'a> Nodes<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Nodes {
            text,
            columns: Vec::new(),
            depth: 0,
            made: 0,
        }
    }

    pub(crate) fn into_columns(self) -> Vec<(String, Range<usize>)> {
        self.columns
    }

    pub(crate) fn condition(&mut self, node: &Ast) -> Result {
        self.depth += 1;
        self.make(1, node)?;
        if self.depth > MAX_DEPTH {
            return self.refused(node, format!("a condition nests at most {MAX_DEPTH} deep"));
        }
        let expr = self.node(node);
        self.depth -= 1;
        expr
    }

    fn node(&mut self, node: &Ast) -> Result {
        if let Some(constant) = constant(node) {
            let literal = constant.map(Expr::Literal);
            return literal.or_else(|what| self.refused(node, what));
        }
        match node {
            Ast::Nested(inner) => self.condition(inner),
            Ast::Identifier(name) => Ok(self.column(name)),
            Ast::IsNull(a) => self.boxed(a).map(Expr::IsNull),
            Ast::IsNotNull(a) => Ok(Expr::IsNull(self.boxed(a)?).negated()),
            Ast::IsDistinctFrom(a, b) => self.two(Expr::IsDistinct, a, b),
            Ast::IsNotDistinctFrom(a, b) => Ok(self.two(Expr::IsDistinct, a, b)?.negated()),
            Ast::BinaryOp { left, op, right } => self.binary(node, left, op, right),
            Ast::UnaryOp { op, expr } => self.unary(node, *op, expr),
            Ast::Function(call) => self.call(node, call),
            _ => self.predicate(node),
        }
    }

    /// What may have a `NOT` inside.
    fn predicate(&mut self, node: &Ast) -> Result {
        let (expr, negated) = match node {
            Ast::Between {
                expr,
                negated,
                low,
                high,
            } => (self.between(expr, low, high)?, negated),
            Ast::In {
                expr,
                target: InTarget::List(values),
                negated,
                global: false,
            } => (self.one_of(expr, values)?, negated),
            Ast::Like {
                expr,
                pattern,
                negated,
                any: false,
                escape_char: None,
            } => (self.like(expr, pattern)?, negated),
            _ => return self.unknown(node),
        };
        Ok(if *negated { expr.negated() } else { expr })
    }

    fn column(&mut self, name: &Ident) -> Expr {
        let folded = match name.quote_style {
            None => name.value.to_ascii_lowercase(),
            Some(_) => name.value.clone(),
        };
        self.columns
            .push((folded.clone(), span(self.text, name.span)));
        Expr::Column(folded)
    }

    fn binary(&mut self, node: &Ast, left: &Ast, op: &BinaryOperator, right: &Ast) -> Result {
        match op {
            BinaryOperator::And => self.chain(node, op).map(Expr::And),
            BinaryOperator::Or => self.chain(node, op).map(Expr::Or),
            BinaryOperator::Plus => self.two(Expr::Add, left, right),
            BinaryOperator::Minus => self.two(Expr::Sub, left, right),
            BinaryOperator::Multiply => self.two(Expr::Mul, left, right),
            BinaryOperator::Modulo => self.remainder(left, right),
            BinaryOperator::PGRegexMatch => self.matches(left, right),
            BinaryOperator::PGRegexNotMatch => Ok(self.matches(left, right)?.negated()),
            _ => match comparison(op) {
                Some(how) => self.comparison(node, left, how, right),
                None => self.refused(node, format!("a rule cannot have the operator {op}")),
            },
        }
    }

    /// `a AND b AND c` leans to the left; without brackets it is one list.
    fn chain(&mut self, node: &Ast, link: &BinaryOperator) -> Result<Vec<Expr>> {
        let mut links = Vec::new();
        let mut rest = node;
        while let Ast::BinaryOp { left, op, right } = rest {
            if op != link {
                break;
            }
            links.push(&**right);
            rest = left;
        }
        links.push(rest);
        links
            .iter()
            .rev()
            .map(|link| self.condition(link))
            .collect()
    }

    /// PostgreSQL refuses `a < b < c`, which would not say what it looks like.
    fn comparison(&mut self, node: &Ast, left: &Ast, how: Compare, right: &Ast) -> Result {
        let is_bare =
            |side: &Ast| matches!(side, Ast::BinaryOp { op, .. } if comparison(op).is_some());
        if is_bare(left) || is_bare(right) {
            return self.refused(node, "comparisons in a row need brackets");
        }
        self.two(|a, b| Expr::Compare(how, a, b), left, right)
    }

    fn unary(&mut self, node: &Ast, op: UnaryOperator, inner: &Ast) -> Result {
        match op {
            UnaryOperator::Not => Ok(self.condition(inner)?.negated()),
            UnaryOperator::Plus => self.condition(inner),
            UnaryOperator::Minus => {
                let zero = Box::new(Expr::literal(0));
                Ok(Expr::Sub(zero, self.boxed(inner)?))
            }
            _ => self.refused(node, format!("a rule cannot have the operator {op}")),
        }
    }

    fn between(&mut self, value: &Ast, low: &Ast, high: &Ast) -> Result {
        let before = self.made;
        let value = self.condition(value)?;
        self.make(self.made - before, low)?;
        let above = value.clone().compare(Compare::Ge, self.condition(low)?);
        let below = value.compare(Compare::Le, self.condition(high)?);
        Ok(Expr::And(vec![above, below]))
    }

    fn one_of(&mut self, value: &Ast, values: &[Ast]) -> Result {
        let value = self.boxed(value)?;
        let constants = values.iter().map(|one| match constant(one) {
            Some(constant) => constant.or_else(|what| self.refused(one, what)),
            None => self.refused(one, "IN takes constants only"),
        });
        Ok(Expr::OneOf(value, constants.collect::<Result<_>>()?))
    }

    fn like(&mut self, value: &Ast, pattern: &Ast) -> Result {
        let Some(written) = text(pattern) else {
            return self.refused(pattern, "LIKE takes a text in quotes");
        };
        let ends = written.strip_prefix('%');
        let starts = ends.unwrap_or(written).strip_suffix('%');
        let part = starts.or(ends).unwrap_or(written);
        if part.contains(['%', '_', '\\']) {
            return self.refused(
                pattern,
                "LIKE takes % at the ends only, and neither _ nor \\",
            );
        }
        let (value, part) = (self.boxed(value)?, part.to_owned());
        Ok(match (ends, starts) {
            (Some(_), Some(_)) => Expr::Contains(value, part),
            (Some(_), None) => Expr::EndsWith(value, part),
            (None, Some(_)) => Expr::StartsWith(value, part),
            (None, None) => value.compare(Compare::Eq, Expr::literal(part)),
        })
    }

    pub(crate) fn boxed(&mut self, node: &Ast) -> Result<Box<Expr>> {
        self.condition(node).map(Box::new)
    }

    pub(crate) fn two(
        &mut self,
        make: impl FnOnce(Box<Expr>, Box<Expr>) -> Expr,
        a: &Ast,
        b: &Ast,
    ) -> Result {
        Ok(make(self.boxed(a)?, self.boxed(b)?))
    }

    fn make(&mut self, nodes: usize, node: &Ast) -> Result<()> {
        self.made += nodes;
        if self.made > MAX_NODES {
            return self.refused(node, "the condition is too large");
        }
        Ok(())
    }

    pub(crate) fn unknown(&self, node: &Ast) -> Result {
        self.refused(node, format!("a rule cannot have {}", construct(node)))
    }

    pub(crate) fn refused<T>(&self, node: &Ast, what: impl Into<String>) -> Result<T> {
        Err(Flaw::new(span(self.text, node.span()), what))
    }
}

pub(crate) fn text(node: &Ast) -> Option<&str> {
    match node {
        Ast::Value(value) => match &value.value {
            Constant::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn comparison(op: &BinaryOperator) -> Option<Compare> {
    Some(match op {
        BinaryOperator::Eq => Compare::Eq,
        BinaryOperator::NotEq => Compare::Ne,
        BinaryOperator::Lt => Compare::Lt,
        BinaryOperator::LtEq => Compare::Le,
        BinaryOperator::Gt => Compare::Gt,
        BinaryOperator::GtEq => Compare::Ge,
        _ => return None,
    })
}
