use std::fmt::{self, Write};

use ml_core::{ColumnDef, Fields, ValueRef};

/// Longer values are cut: a violation says what was wrong, the quarantine has the rest.
const MAX_CHARS: usize = 100;

/// What stands in these columns, for people: personal values are not shown.
pub(crate) fn found<R: Fields>(record: &R, ordinals: &[usize], columns: &[ColumnDef]) -> String {
    let mut out = String::new();
    match ordinals {
        [] => out.push_str("a record that does not"),
        [only] => show(&mut out, record.field(*only), &columns[*only]),
        several => {
            for (place, ordinal) in several.iter().enumerate() {
                let column = &columns[*ordinal];
                out.push_str(if place == 0 { "" } else { ", " });
                out.push_str(&column.name);
                out.push_str(" = ");
                show(&mut out, record.field(*ordinal), column);
            }
        }
    }
    out
}

fn show(out: &mut String, value: ValueRef<'_>, column: &ColumnDef) {
    if column.personal {
        return out.push_str("***");
    }
    let mut cut = Cut {
        out,
        left: MAX_CHARS,
    };
    if write!(cut, "{value}").is_err() {
        out.push('…');
    }
}

/// Writes no more than so many characters, then fails.
struct Cut<'a> {
    out: &'a mut String,
    left: usize,
}

impl Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.out.push(char);
        }
        Ok(())
    }
}
