//! Standardising, conforming and deduplicating in MetaLayer.
