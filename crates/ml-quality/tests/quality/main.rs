//! What the rule engine promises, seen from outside.

mod build;
mod fingerprint;
mod handles;
mod judge;
mod order;
mod privacy;
mod twins;
