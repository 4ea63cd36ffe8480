-- Takes a table away. {table}: its quoted name.
ALTER TABLE {table} RENAME TO ml_chaos_away
