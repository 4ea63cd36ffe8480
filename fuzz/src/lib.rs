//! What the fuzz targets share: a record, a reader that comes in pieces, a source read whole, and the law of its tiles.

mod item;
mod pieces;
mod tiles;
mod whole;

pub use item::{Item, judge, strict};
pub use pieces::Pieces;
pub use tiles::Tiles;
pub use whole::{Whole, run};
