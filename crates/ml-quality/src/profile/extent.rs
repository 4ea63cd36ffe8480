use std::cmp::Ordering;

use ml_core::{Value, ValueRef};

use crate::number;

/// The smallest and the largest value, in the order of rules.
#[derive(Clone, Default)]
pub(super) struct Extent {
    ends: Option<(Value, Value)>,
}

impl Extent {
    pub(super) fn see(&mut self, value: ValueRef<'_>) {
        let Some((min, max)) = &mut self.ends else {
            self.ends = Some((value.to_value(), value.to_value()));
            return;
        };
        if number::order(value, min.as_ref()) == Some(Ordering::Less) {
            replace(min, value);
        }
        if number::order(value, max.as_ref()) == Some(Ordering::Greater) {
            replace(max, value);
        }
    }

    pub(super) fn merge(&mut self, other: &Extent) {
        if let Some((min, max)) = &other.ends {
            self.see(min.as_ref());
            self.see(max.as_ref());
        }
    }

    pub(super) fn min(&self) -> Option<Value> {
        self.ends.as_ref().map(|(min, _)| min.clone())
    }

    pub(super) fn max(&self) -> Option<Value> {
        self.ends.as_ref().map(|(_, max)| max.clone())
    }
}

/// In the memory that is there: values that come in order are each the largest.
fn replace(place: &mut Value, value: ValueRef<'_>) {
    match (place, value) {
        (Value::Text(place), ValueRef::Text(text)) => {
            place.clear();
            place.push_str(text);
        }
        (place, value) => *place = value.to_value(),
    }
}
