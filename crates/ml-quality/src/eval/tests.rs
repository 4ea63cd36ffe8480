use super::*;

struct Nothing;

impl Fields for Nothing {
    fn field(&self, _ordinal: usize) -> ValueRef<'_> {
        ValueRef::Null
    }
}

const T: Option<bool> = Some(true);
const F: Option<bool> = Some(false);
const N: Option<bool> = None;

fn literal(truth: Option<bool>) -> Expr<usize> {
    Expr::Literal(truth.map_or(Value::Null, Value::Bool))
}

fn text(text: &str) -> Box<Expr<usize>> {
    Box::new(Expr::Literal(text.into()))
}

fn null() -> Box<Expr<usize>> {
    Box::new(Expr::Column(0))
}

/// PostgreSQL documentation, table "Logical Operators".
#[test]
fn the_truth_tables_are_those_of_sql() {
    let table = [
        (T, T, T, T),
        (T, F, F, T),
        (T, N, N, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, N, F, N),
        (N, T, N, T),
        (N, F, F, N),
        (N, N, N, N),
    ];
    for (a, b, and, or) in table {
        let both = || vec![literal(a), literal(b)];
        assert_eq!(
            Expr::And(both()).truth(&Nothing, Now::UNIX_EPOCH),
            and,
            "{a:?} and {b:?}"
        );
        assert_eq!(
            Expr::Or(both()).truth(&Nothing, Now::UNIX_EPOCH),
            or,
            "{a:?} or {b:?}"
        );
    }
    for (a, not) in [(T, F), (F, T), (N, N)] {
        assert_eq!(
            Expr::Not(Box::new(literal(a))).truth(&Nothing, Now::UNIX_EPOCH),
            not
        );
    }
    assert_eq!(
        Expr::<usize>::And(Vec::new()).truth(&Nothing, Now::UNIX_EPOCH),
        T
    );
    assert_eq!(
        Expr::<usize>::Or(Vec::new()).truth(&Nothing, Now::UNIX_EPOCH),
        F
    );
}

#[test]
fn only_false_is_a_violation() {
    let passes = [T, F, N].map(|truth| literal(truth).passes(&Nothing, Now::UNIX_EPOCH));
    assert_eq!(passes, [true, false, true]);
}

#[test]
fn null_is_unknown_except_where_it_is_asked_for() {
    let one = Expr::Literal(Value::Int(1));
    let unknown = [
        Expr::Compare(Compare::Eq, null(), null()),
        Expr::Compare(Compare::Ne, null(), Box::new(one.clone())),
        Expr::OneOf(null(), vec!["a".into()]),
        Expr::Format(null(), crate::Format::Email),
        Expr::Format(null(), crate::Format::Iban),
        Expr::Compare(Compare::Ge, Box::new(Expr::Length(null())), Box::new(one)),
    ];
    for expr in unknown {
        assert_eq!(expr.truth(&Nothing, Now::UNIX_EPOCH), N, "{expr}");
    }
    assert_eq!(Expr::IsNull(null()).truth(&Nothing, Now::UNIX_EPOCH), T);
    assert_eq!(Expr::IsBlank(null()).truth(&Nothing, Now::UNIX_EPOCH), T);
    assert_eq!(
        Expr::IsNull(Box::new(Expr::Add(null(), null()))).truth(&Nothing, Now::UNIX_EPOCH),
        T
    );
}

#[test]
fn every_operator_compares() {
    use Compare::*;
    let table = [
        (Eq, [false, true, false]),
        (Ne, [true, false, true]),
        (Lt, [true, false, false]),
        (Le, [true, true, false]),
        (Gt, [false, false, true]),
        (Ge, [false, true, true]),
    ];
    for (how, expected) in table {
        let found = [1, 2, 3].map(|n| {
            let [a, b] = [n, 2].map(|n| Box::new(Expr::Literal(Value::Int(n))));
            Expr::Compare(how, a, b).truth(&Nothing, Now::UNIX_EPOCH) == T
        });
        assert_eq!(found, expected, "{}", how.sql());
    }
}

#[test]
fn blank_is_white_space_of_any_script() {
    for blank in ["", " ", "\t\r\n", "\u{a0}\u{2003}\u{3000}"] {
        assert_eq!(
            Expr::IsBlank(text(blank)).truth(&Nothing, Now::UNIX_EPOCH),
            T,
            "{blank:?}"
        );
    }
    for not in ["a", " a ", "\u{200b}", "-"] {
        assert_eq!(
            Expr::IsBlank(text(not)).truth(&Nothing, Now::UNIX_EPOCH),
            F,
            "{not:?}"
        );
    }
}

#[test]
fn length_counts_scalar_values() {
    for (value, length) in [("", 0), ("aé日", 3), ("e\u{301}", 2), ("👩‍👩‍👧", 5)] {
        let counted = Expr::Length(text(value));
        assert!(
            counted.value(&Nothing, Now::UNIX_EPOCH) == ValueRef::Int(length),
            "{value:?}"
        );
    }
}
