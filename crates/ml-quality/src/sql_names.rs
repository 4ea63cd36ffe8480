//! What people call the parts of SQL that a rule cannot have.

use sqlparser::ast::{Expr as Ast, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

/// The name and the arguments of a call without modifiers; `None` for any other one.
pub(crate) fn plain_call(call: &Function) -> Option<(String, Vec<&Ast>)> {
    let list = match &call.args {
        FunctionArguments::List(list) => list,
        // `current_date` is written without brackets.
        FunctionArguments::None => return Some((name(call), Vec::new())),
        FunctionArguments::Subquery(_) => return None,
    };
    let is_plain = !call.uses_odbc_syntax
        && call.parameters == FunctionArguments::None
        && call.filter.is_none()
        && call.null_treatment.is_none()
        && call.over.is_none()
        && call.within_group.is_empty()
        && list.duplicate_treatment.is_none()
        && list.clauses.is_empty();
    let arguments: Option<Vec<&Ast>> = list.args.iter().map(unnamed).collect();
    Some((name(call), arguments.filter(|_| is_plain)?))
}

fn unnamed(argument: &FunctionArg) -> Option<&Ast> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// As PostgreSQL folds it.
fn name(call: &Function) -> String {
    call.name.to_string().to_ascii_lowercase()
}

/// What to call a node that is refused.
pub(crate) fn construct(node: &Ast) -> String {
    match node {
        Ast::Function(call) => return format!("the function {}", name(call)),
        Ast::Cast { data_type, .. } => return format!("a cast to {data_type}"),
        _ => {}
    }
    operator(node)
        .or_else(|| keyword(node))
        .unwrap_or("this construct")
        .to_owned()
}

fn operator(node: &Ast) -> Option<&'static str> {
    Some(match node {
        Ast::ILike { .. } => "ILIKE",
        Ast::Like { .. } => "LIKE with ANY or ESCAPE",
        Ast::SimilarTo { .. } => "SIMILAR TO",
        Ast::RLike { .. } => "RLIKE",
        Ast::AnyOp { .. } => "ANY",
        Ast::AllOp { .. } => "ALL",
        Ast::In { .. } => "IN with anything but a list",
        Ast::IsTrue(_) | Ast::IsNotTrue(_) => "IS TRUE",
        Ast::IsFalse(_) | Ast::IsNotFalse(_) => "IS FALSE",
        Ast::IsUnknown(_) | Ast::IsNotUnknown(_) => "IS UNKNOWN",
        Ast::IsJson { .. } => "IS JSON",
        Ast::IsNormalized { .. } => "IS NORMALIZED",
        Ast::AtTimeZone { .. } => "AT TIME ZONE",
        Ast::Collate { .. } => "COLLATE",
        Ast::Exists { .. } => "EXISTS",
        _ => return None,
    })
}

fn keyword(node: &Ast) -> Option<&'static str> {
    Some(match node {
        Ast::CompoundIdentifier(_) => "a name with a dot",
        Ast::CompoundFieldAccess { .. } | Ast::JsonAccess { .. } => "a part of a column",
        Ast::Subquery(_) => "a subquery",
        Ast::Tuple(_) => "a row of values",
        Ast::Array(_) => "an array",
        Ast::Case { .. } => "CASE",
        Ast::Interval(_) => "INTERVAL",
        Ast::Extract { .. } => "EXTRACT",
        Ast::Ceil { .. } => "the function ceil",
        Ast::Floor { .. } => "the function floor",
        Ast::Position { .. } => "the function position",
        Ast::Substring { .. } => "the function substring",
        Ast::Trim { .. } => "the function trim",
        Ast::Overlay { .. } => "the function overlay",
        Ast::Wildcard(_) | Ast::QualifiedWildcard(..) => "*",
        _ => return None,
    })
}
