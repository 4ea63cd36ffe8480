//! Functions and the operators that take a constant on their right.

use ml_core::{Type, Value};
use rust_decimal::Decimal;
use sqlparser::ast::{Expr as Ast, Function};

use crate::Expr;
use crate::sql_constant::constant;
use crate::sql_names::plain_call;
use crate::sql_nodes::{Nodes, Result, text};

impl Nodes<'_> {
    pub(crate) fn call(&mut self, node: &Ast, call: &Function) -> Result {
        let Some((name, arguments)) = plain_call(call) else {
            return self.unknown(node);
        };
        match (name.as_str(), arguments.as_slice()) {
            ("abs", [a]) => self.boxed(a).map(Expr::Abs),
            ("length" | "char_length" | "character_length", [a]) => self.boxed(a).map(Expr::Length),
            ("mod", [a, step]) => self.remainder(a, step),
            ("starts_with", [a, part]) => self.starts_with(a, part),
            ("coalesce", [_, ..]) => self.all(&arguments).map(Expr::Coalesce),
            ("num_nonnulls", [_, ..]) => self.all(&arguments).map(Expr::Present),
            ("current_date", []) => Ok(Expr::Now(Type::Date)),
            ("current_timestamp" | "now", []) => Ok(Expr::Now(Type::Timestamptz)),
            ("localtimestamp", []) => Ok(Expr::Now(Type::Timestamp)),
            ("abs" | "length" | "char_length" | "character_length", all) => {
                let what = format!("{name} takes 1 argument, not {}", all.len());
                self.refused(node, what)
            }
            _ => self.unknown(node),
        }
    }

    fn all(&mut self, arguments: &[&Ast]) -> Result<Vec<Expr>> {
        let all = arguments.iter().map(|one| self.condition(one));
        all.collect()
    }

    fn starts_with(&mut self, value: &Ast, part: &Ast) -> Result {
        match text(part) {
            Some(text) => Ok(Expr::StartsWith(self.boxed(value)?, text.to_owned())),
            None => self.refused(part, "starts_with takes a text in quotes"),
        }
    }

    pub(crate) fn matches(&mut self, value: &Ast, pattern: &Ast) -> Result {
        match text(pattern) {
            Some(text) => Ok(Expr::Matches(self.boxed(value)?, text.into())),
            None => self.refused(pattern, "~ takes a pattern in quotes"),
        }
    }

    pub(crate) fn remainder(&mut self, value: &Ast, step: &Ast) -> Result {
        let step_of = match constant(step) {
            Some(Ok(Value::Int(step))) => Some(Decimal::from(step)),
            Some(Ok(Value::Decimal(step))) => Some(step),
            _ => None,
        };
        match step_of {
            Some(step) => Ok(Expr::Mod(self.boxed(value)?, step)),
            None => self.refused(
                step,
                "a remainder is that of a division by a constant number",
            ),
        }
    }
}
