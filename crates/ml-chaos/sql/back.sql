-- Gives a table back that was taken away. {schema}, {name}: its quoted schema and name.
ALTER TABLE {schema}.ml_chaos_away RENAME TO {name}
