//! What a record has to be, and what it is for a COPY.

use crate::bug::Bug;
use crate::csv::Read;

/// Columns of a file.
const WIDTH: usize = 4;

/// Its fields as text, or the rule that it breaks.
pub(crate) fn judged(read: Read, bug: Option<Bug>) -> Result<Vec<Option<String>>, &'static str> {
    let fields = read?;
    if fields.len() != WIDTH && bug != Some(Bug::WidthLenient) {
        return Err("width");
    }
    let texts = fields.into_iter().map(String::from_utf8);
    let texts = texts.collect::<Result<Vec<_>, _>>().map_err(|_| "utf8")?;
    let mut fields: Vec<Option<String>> = texts.into_iter().map(Some).collect();
    fields.resize(WIDTH, None);
    let whole = |at: usize| {
        fields[at]
            .as_ref()
            .is_some_and(|text| text.parse::<i64>().is_ok())
    };
    let number = fields[3].as_ref().is_none_or(|text| is_number(text, bug));
    if !(whole(0) && whole(1) && number) {
        return Err("number");
    }
    match fields.iter().flatten().any(|text| text.contains('\0')) {
        true => Err("nul"),
        false => Ok(fields),
    }
}

fn is_number(text: &str, bug: Option<Bug>) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let decimal = text
        .split_once('.')
        .is_some_and(|(whole, cents)| is_digits(whole) && is_digits(cents));
    decimal || bug == Some(Bug::NanAllowed) && text == "NaN"
}

/// A line of a COPY of text.
pub(crate) fn copy_line(fields: &[Option<String>], load: Option<i64>) -> String {
    let load = load.map(|load| load.to_string());
    let cells = fields.iter().chain([&load]).map(|field| match field {
        None => String::from("\\N"),
        Some(text) => escaped(text),
    });
    let cells: Vec<String> = cells.collect();
    format!("{}\n", cells.join("\t"))
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\t', "\\t");
    text.replace('\n', "\\n").replace('\r', "\\r")
}
