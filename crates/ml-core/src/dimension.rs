use std::fmt;

use serde::{Deserialize, Serialize};

/// What a rule is about: one of six dimensions of the quality of data.
///
/// Source: DAMA UK Working Group, "The Six Primary Dimensions for Data Quality Assessment", 2013.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// What is to be there is there.
    Completeness,
    /// A value has the form, the type and the range that its definition says; what a rule is about that does not say.
    #[default]
    Validity,
    /// Nothing is recorded twice.
    Uniqueness,
    /// What is said in two places agrees.
    Consistency,
    /// It is as new as it has to be.
    Timeliness,
    /// It is as in the real world.
    Accuracy,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Dimension; 6] = [
        Dimension::Completeness,
        Dimension::Validity,
        Dimension::Uniqueness,
        Dimension::Consistency,
        Dimension::Timeliness,
        Dimension::Accuracy,
    ];

    /// The dimension's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Dimension::Completeness => "completeness",
            Dimension::Validity => "validity",
            Dimension::Uniqueness => "uniqueness",
            Dimension::Consistency => "consistency",
            Dimension::Timeliness => "timeliness",
            Dimension::Accuracy => "accuracy",
        }
    }

    /// One for a rule that is counted under both: a violation is counted without its rule's dimension, so validity,
    /// which stands for not having said one, gives way.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Dimension::Validity, said) | (said, Dimension::Validity) => said,
            (one, other) => one.max(other),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_it_is_named() {
        for dimension in Dimension::ALL {
            let written = serde_json::to_string(&dimension).unwrap();
            assert_eq!(written, format!("\"{dimension}\""));
        }
    }

    #[test]
    fn of_two_the_one_that_was_said_stays_whichever_comes_first() {
        for one in Dimension::ALL {
            assert_eq!(one.or(one), one);
            assert_eq!(one.or(Dimension::Validity), one);
            for other in Dimension::ALL {
                assert_eq!(one.or(other), other.or(one));
                assert!([one, other].contains(&one.or(other)));
            }
        }
    }
}
