//! Dimensions, facts, aggregates and views of MetaLayer: renders SQL and its order, never connects.
