use ml_core::Column;

/// Columns named for people and audits: one, an array or a tuple of handles, or names known at run time.
pub trait ColumnNames {
    /// The names, in order.
    fn names(self) -> Vec<String>;
}

impl<T, V> ColumnNames for Column<T, V> {
    fn names(self) -> Vec<String> {
        vec![self.name.to_owned()]
    }
}

impl ColumnNames for &str {
    fn names(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl ColumnNames for Vec<String> {
    fn names(self) -> Vec<String> {
        self
    }
}

impl<C: ColumnNames, const N: usize> ColumnNames for [C; N] {
    fn names(self) -> Vec<String> {
        self.into_iter().flat_map(C::names).collect()
    }
}

macro_rules! tuples {
    ($($($one:ident)+;)*) => {$(
        impl<$($one: ColumnNames),+> ColumnNames for ($($one,)+) {
            #[allow(non_snake_case)]
            fn names(self) -> Vec<String> {
                let ($($one,)+) = self;
                [$($one.names()),+].concat()
            }
        }
    )*};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
}
