use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use ml_core::Typed;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

/// The rules that `validator` derives, as one; made by [`validated`].
pub struct Validated<T> {
    pub(crate) revision: u32,
    pub(crate) run: fn(&T) -> Result<(), ValidationErrors>,
}

/// Runs [`Validate::validate`] on every whole record; each error becomes a violation of `<field>.<code>`, or of
/// `validate.<field>.<code>` where a rule of the set has that name.
///
/// Nobody can look into the derived code: raise its [`revision`](Validated::revision) whenever it changes. It
/// covers no critical column, because it does not say what it reads. What `validator` copies of the values
/// goes nowhere.
pub fn validated<T: Validate + Typed>() -> Validated<T> {
    Validated {
        revision: 1,
        run: T::validate,
    }
}

impl<T> Validated<T> {
    /// The revision that enters the fingerprint; 1 unless said.
    pub fn revision(mut self, revision: u32) -> Self {
        self.revision = revision;
        self
    }
}

impl<T> Clone for Validated<T> {
    fn clone(&self) -> Self {
        Validated { ..*self }
    }
}

impl<T> fmt::Debug for Validated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validated")
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// One error of `validator`, without the values it copied.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flaw {
    /// The field, then the fields inside it.
    pub(crate) path: Vec<String>,
    pub(crate) code: &'static str,
    message: Option<&'static str>,
}

impl Flaw {
    pub(crate) fn rule(&self) -> String {
        format!("{}.{}", self.path.join("."), self.code)
    }

    pub(crate) fn expected(&self) -> String {
        let code = &self.code;
        self.message
            .map_or_else(|| format!("what validate({code}) accepts"), str::to_owned)
    }
}

/// Every error, sorted: `validator` keeps them in a hash map.
pub(crate) fn flaws(errors: &ValidationErrors) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    collect(errors, &[], &mut flaws);
    flaws.sort();
    flaws
}

fn collect(errors: &ValidationErrors, outer: &[String], flaws: &mut Vec<Flaw>) {
    let fields: &HashMap<_, _> = errors.errors();
    for (field, kind) in fields {
        let path = [outer, &[field.trim_start_matches("r#").to_owned()]].concat();
        match kind {
            ValidationErrorsKind::Field(errors) => {
                flaws.extend(errors.iter().map(|error| flaw(&path, error)));
            }
            ValidationErrorsKind::Struct(inner) => collect(inner, &path, flaws),
            ValidationErrorsKind::List(items) => {
                items
                    .values()
                    .for_each(|inner| collect(inner, &path, flaws));
            }
        }
    }
}

/// A code or message made at run time may hold the value: only those in the program's text are taken.
fn flaw(path: &[String], error: &ValidationError) -> Flaw {
    let code = match error.code {
        Cow::Borrowed(code) => code,
        Cow::Owned(_) => "custom",
    };
    let message = match error.message {
        Some(Cow::Borrowed(message)) => Some(message),
        _ => None,
    };
    Flaw {
        path: path.to_vec(),
        code,
        message,
    }
}
