-- Takes back what deaf.sql did. {table}, {schema}: its quoted name, and that of its schema.
DROP TRIGGER ml_chaos_no ON {table};
DROP FUNCTION {schema}.ml_chaos_no()
