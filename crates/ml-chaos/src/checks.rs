//! Experiments on a [`Subject`](crate::Subject), each over a [`Trial`](crate::Trial): they break, hinder, pollute and
//! interleave, look at the tables by a connection of their own, and answer what did not hold.
//!
//! None of them waits and hopes: what is to happen in the middle of a run happens at a message of it that is held back.

mod arrivals;
mod breaks;
mod hindrances;
mod increments;
mod names;
mod pollutions;
mod races;
mod streams;
mod volume;

pub use arrivals::late_versions;
pub use breaks::broken_connections;
pub use hindrances::hindered_tables;
pub use increments::overtaken_increments;
pub use names::renamed_files;
pub use pollutions::polluted_files;
pub use races::raced_loads;
pub use streams::raced_stretches;
pub use volume::large_files;
