//! Judging a record that breaks no rule allocates nothing.
#![allow(clippy::unwrap_used)]

mod every_kind;
mod typical;
