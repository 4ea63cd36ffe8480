use ml_core::{ColumnDef, Type, ValueRef};

use super::distinct::Distinct;
use super::figures::ColumnProfile;
use super::key::Key;
use super::scalars::Scalars;
use super::texts::{Contents, Texts};

/// What a column's profile is made from. No `Debug`: what it keeps is not all for people.
#[derive(Clone)]
pub(super) struct Column {
    name: String,
    ty: Type,
    personal: bool,
    count: u64,
    nulls: u64,
    undecodable: u64,
    distinct: Distinct,
    texts: Texts,
    values: Values,
}

/// The values, as far as they are kept.
#[derive(Clone)]
enum Values {
    /// Not at all: they are personal.
    None,
    Text(Box<Contents>),
    Scalar(Box<Scalars>),
}

impl Column {
    pub(super) fn new(def: &ColumnDef) -> Self {
        Column {
            name: def.name.to_string(),
            ty: def.ty,
            personal: def.personal,
            count: 0,
            nulls: 0,
            undecodable: 0,
            distinct: Distinct::new(),
            texts: Texts::default(),
            values: match def.ty {
                _ if def.personal => Values::None,
                Type::Text => Values::Text(Box::new(Contents::new())),
                _ => Values::Scalar(Box::new(Scalars::new())),
            },
        }
    }

    pub(super) fn see(&mut self, value: ValueRef<'_>) {
        self.count += 1;
        match value {
            ValueRef::Null => self.nulls += 1,
            ValueRef::Text(text) if self.ty == Type::Text => self.see_text(text),
            other => match Key::of(other, self.ty) {
                Some(key) => self.see_scalar(key),
                None => self.undecodable += 1,
            },
        }
    }

    pub(super) fn see_undecodable(&mut self) {
        self.count += 1;
        self.undecodable += 1;
    }

    fn see_text(&mut self, text: &str) {
        self.distinct.see(text);
        self.texts.see(text);
        if let Values::Text(contents) = &mut self.values {
            contents.see(text);
        }
    }

    fn see_scalar(&mut self, key: Key) {
        self.distinct.see(key);
        if let Values::Scalar(scalars) = &mut self.values {
            scalars.see(key);
        }
    }

    /// Whether both are about the same column.
    pub(super) fn is_like(&self, other: &Column) -> bool {
        let key = |column: &Column| (column.ty, column.personal);
        self.name == other.name && key(self) == key(other)
    }

    /// Takes in what the other one has seen of the same column.
    pub(super) fn merge(&mut self, other: &Column) {
        self.count += other.count;
        self.nulls += other.nulls;
        self.undecodable += other.undecodable;
        self.distinct.merge(&other.distinct);
        self.texts.merge(&other.texts);
        match (&mut self.values, &other.values) {
            (Values::Text(contents), Values::Text(other)) => contents.merge(other),
            (Values::Scalar(scalars), Values::Scalar(other)) => scalars.merge(other),
            // Of columns that are alike, both are personal.
            _ => {}
        }
    }

    pub(super) fn report(&self) -> ColumnProfile {
        let mut report = self.counts();
        if self.ty == Type::Text {
            self.texts.report(&mut report);
        }
        match &self.values {
            Values::None => {}
            Values::Text(contents) => contents.report(&mut report),
            Values::Scalar(scalars) => scalars.report(&mut report),
        }
        report
    }

    fn counts(&self) -> ColumnProfile {
        ColumnProfile {
            name: self.name.clone(),
            ty: self.ty,
            personal: self.personal,
            count: self.count,
            nulls: self.nulls,
            undecodable: self.undecodable,
            distinct: self.distinct.estimate(),
            min: None,
            max: None,
            mean: None,
            deviation: None,
            quantiles: Vec::new(),
            text: None,
            top: Vec::new(),
        }
    }
}
