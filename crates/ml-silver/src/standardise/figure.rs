use super::blank::trimmed;

/// A number as it stands in text: its sign, its digits and marks, and the words beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure<'a> {
    pub(super) sign: Sign,
    pub(super) digits: &'a str,
    pub(super) before: &'a str,
    pub(super) after: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
}

impl<'a> Figure<'a> {
    /// Takes text apart; `is_mark` says what may stand between digits. `None` where there is no digit, or more than
    /// one sign.
    pub(super) fn of(text: &'a str, is_mark: impl Fn(char) -> bool) -> Option<Self> {
        let text = trimmed(text);
        let bare = without_parentheses(text);
        let inner = trimmed(bare.unwrap_or(text));
        let start = inner.find(|c: char| c.is_ascii_digit())?;
        let (before, rest) = inner.split_at(start);
        let (digits, after) = rest.split_at(end_of_digits(rest, is_mark));
        let mut signs = Vec::from_iter(bare.map(|_| Sign::Minus));
        let before = unsigned(before, &mut signs);
        let after = unsigned(after, &mut signs);
        let figure = |sign| Figure {
            sign,
            digits,
            before,
            after,
        };
        match signs[..] {
            [] => Some(figure(Sign::Plus)),
            [sign] => Some(figure(sign)),
            _ => None,
        }
    }

    /// The words before and after, which are no more than two.
    pub(super) fn words(&self) -> impl Iterator<Item = &'a str> {
        [self.before, self.after]
            .into_iter()
            .filter(|word| !word.is_empty())
    }
}

/// Accountants write `(12.00)` for -12.00.
fn without_parentheses(text: &str) -> Option<&str> {
    text.strip_prefix('(')?.strip_suffix(')')
}

/// A mark belongs to the number only where a digit follows.
fn end_of_digits(text: &str, is_mark: impl Fn(char) -> bool) -> usize {
    let mut end = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let has_digit_next = rest.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        if c.is_ascii_digit() || (is_mark(c) && has_digit_next) {
            end = at + c.len_utf8();
        } else {
            break;
        }
    }
    end
}

/// The words without the signs and the blanks at their ends.
fn unsigned<'a>(words: &'a str, signs: &mut Vec<Sign>) -> &'a str {
    let words = trimmed(words);
    let sides = [words.chars().next(), words.chars().next_back()];
    let found = sides.map(|side| side.and_then(sign));
    // A lone sign is seen from both sides and is one.
    let once = if words.chars().nth(1).is_some() { 2 } else { 1 };
    signs.extend(found.into_iter().take(once).flatten());
    let is_end = |c: char| sign(c).is_some();
    let rest = words.strip_prefix(is_end).unwrap_or(words);
    trimmed(rest.strip_suffix(is_end).unwrap_or(rest))
}

fn sign(c: char) -> Option<Sign> {
    match c {
        '+' => Some(Sign::Plus),
        '-' | '\u{2212}' => Some(Sign::Minus),
        _ => None,
    }
}
