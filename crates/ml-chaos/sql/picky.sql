-- Lets a table refuse one new row; the server then tells all its values. {table}: its quoted name. {key}: a column. {value}: a number.
ALTER TABLE {table} ADD CONSTRAINT ml_chaos_picky CHECK ({key} <> {value}) NOT VALID
