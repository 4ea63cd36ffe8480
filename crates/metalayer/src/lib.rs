//! Bronze, silver and gold on PostgreSQL: the façade of MetaLayer.
