-- Takes back what picky.sql did. {table}: its quoted name.
ALTER TABLE {table} DROP CONSTRAINT ml_chaos_picky
