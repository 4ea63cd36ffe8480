-- Lets a table refuse whatever row is written. {table}, {schema}: its quoted name, and that of its schema.
CREATE FUNCTION {schema}.ml_chaos_no() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ml_chaos says no';
END
$$;
CREATE TRIGGER ml_chaos_no BEFORE INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {schema}.ml_chaos_no()
