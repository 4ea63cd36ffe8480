use std::borrow::Cow;

use ml_core::{Value, ValueRef};

use super::extent::Extent;
use super::figures::{ColumnProfile, LISTED, MAX_CHARS, TextProfile};
use super::frequent::{Frequent, Top, rank};
use super::scalars::VALUES;
use super::shape::{Run, Shape, trace};
use crate::is_email;

/// Of 96 shapes the counts are exact; of more they are off by at most 2.7 % of all.
const SHAPES: usize = 128;

/// What can be said of texts without any of them.
#[derive(Clone, Default)]
pub(super) struct Texts {
    blanks: u64,
    emails: u64,
    /// Of the shortest and the longest one, in characters.
    lengths: Option<(u64, u64)>,
}

impl Texts {
    pub(super) fn see(&mut self, text: &str) {
        self.blanks += u64::from(text.trim_start().is_empty());
        self.emails += u64::from(is_email(text));
        let length = text.chars().count() as u64;
        self.stretch((length, length));
    }

    fn stretch(&mut self, (shortest, longest): (u64, u64)) {
        let (least, most) = self.lengths.unwrap_or((shortest, longest));
        self.lengths = Some((least.min(shortest), most.max(longest)));
    }

    pub(super) fn merge(&mut self, other: &Texts) {
        self.blanks += other.blanks;
        self.emails += other.emails;
        if let Some(lengths) = other.lengths {
            self.stretch(lengths);
        }
    }

    pub(super) fn report(&self, to: &mut ColumnProfile) {
        to.text = Some(TextProfile {
            blanks: self.blanks,
            emails: self.emails,
            shortest: self.lengths.map(|(shortest, _)| shortest),
            longest: self.lengths.map(|(_, longest)| longest),
            patterns: Vec::new(),
        });
    }
}

/// The texts themselves, as far as they are kept.
#[derive(Clone)]
pub(super) struct Contents {
    extent: Extent,
    values: Frequent<String>,
    shapes: Frequent<Vec<Run>>,
    /// Of the text at hand.
    runs: Vec<Run>,
}

impl Contents {
    pub(super) fn new() -> Self {
        Contents {
            extent: Extent::default(),
            values: Frequent::new(VALUES),
            shapes: Frequent::new(SHAPES),
            runs: Vec::new(),
        }
    }

    pub(super) fn see(&mut self, text: &str) {
        let kept = cut(text);
        self.extent.see(ValueRef::Text(&kept));
        self.values.see_ref(kept.as_ref());
        trace(text, &mut self.runs);
        self.shapes.see_ref(self.runs.as_slice());
    }

    pub(super) fn merge(&mut self, other: &Contents) {
        self.extent.merge(&other.extent);
        self.values.merge(&other.values);
        self.shapes.merge(&other.shapes);
    }

    pub(super) fn report(&self, to: &mut ColumnProfile) {
        to.min = self.extent.min();
        to.max = self.extent.max();
        let tops = self.values.tops().into_iter().take(LISTED);
        to.top = tops.map(|top| top.map(Value::Text)).collect();
        if let Some(text) = &mut to.text {
            text.patterns = self.patterns();
        }
    }

    /// Shapes that differ in nothing but how many are one, where all there are is known.
    fn patterns(&self) -> Vec<Top<Shape>> {
        let shapes = self.shapes.tops().into_iter();
        let shapes = shapes.map(|top| top.map(|runs| Shape::of(&runs)));
        let mut patterns = match self.shapes.is_exact() {
            true => shapes.fold(Vec::new(), joined),
            false => shapes.collect(),
        };
        rank(&mut patterns);
        patterns.truncate(LISTED);
        patterns
    }
}

fn joined(mut patterns: Vec<Top<Shape>>, top: Top<Shape>) -> Vec<Top<Shape>> {
    match patterns
        .iter_mut()
        .find(|one| one.value.is_like(&top.value))
    {
        Some(like) => {
            like.value.widen(&top.value);
            like.at_least += top.at_least;
            like.at_most += top.at_most;
        }
        None => patterns.push(top),
    }
    patterns
}

/// The text, or its start and an ellipsis. Keeps the order: texts in order are so when cut, or become equal.
fn cut(text: &str) -> Cow<'_, str> {
    // A character has a byte at least, and few texts have as many.
    match text.len() > MAX_CHARS {
        true => match text.char_indices().nth(MAX_CHARS) {
            Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
            None => Cow::Borrowed(text),
        },
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cut_keeps_the_order(start in "[aé]{198}", one in "[a-c…]{0,4}", other in "[a-c…]{0,4}") {
            let (one, other) = (format!("{start}{one}"), format!("{start}{other}"));
            let order = cut(&one).cmp(&cut(&other));
            prop_assert!(order == one.cmp(&other) || order.is_eq());
            prop_assert!(cut(&one).chars().count() <= MAX_CHARS + 1);
        }
    }
}
