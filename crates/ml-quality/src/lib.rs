//! The rule engine of MetaLayer: rules about records, audits about tables, gates.
