use crate::{Invariant, Violation};

/// Values that must not get out: looked for in messages, errors and logs, as they are, in any case, and as the bytes they
/// are made of.
#[derive(Debug, Clone)]
pub struct Canaries(Vec<(String, [String; 3])>);

impl Canaries {
    /// Looks for these values. Take such that nothing else contains.
    pub fn new<V: Into<String>>(values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into);
        Canaries(
            values
                .map(|value: String| (value.clone(), forms(&value)))
                .collect(),
        )
    }

    /// A violation for each of the values that a text has; `place` says where the text was.
    pub fn in_text(&self, text: &str, place: &str) -> Vec<Violation> {
        let text = text.to_lowercase();
        let found = self
            .0
            .iter()
            .filter(|(_, forms)| forms.iter().any(|form| text.contains(form)));
        let violation = |(value, _): &(String, _)| {
            Violation::of(Invariant::Discreet, format!("{value} in {place}"))
        };
        found.map(violation).collect()
    }
}

/// In small letters, in hexadecimal, and as `Debug` shows bytes.
fn forms(value: &str) -> [String; 3] {
    let hex = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let debug: Vec<String> = value.bytes().map(|byte| byte.to_string()).collect();
    [value.to_lowercase(), hex, debug.join(", ")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_each_of_its_forms() {
        let canaries = Canaries::new(["Canary", "1815-12-10"]);
        let texts = [
            "a CANARY.",
            "x43616E617279",
            "[67, 97, 110, 97, 114, 121]",
            "born 1815-12-10",
        ];
        for text in texts {
            assert_eq!(canaries.in_text(text, "a log").len(), 1, "{text}");
        }
        let found = canaries.in_text("canary 1815-12-10", "a log");
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "S, discreet: Canary in a log",
                "S, discreet: 1815-12-10 in a log"
            ]
        );
        assert_eq!(canaries.in_text("can ary 1815-12-1", "a log"), []);
    }
}
