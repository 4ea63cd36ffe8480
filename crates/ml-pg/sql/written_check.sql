-- The condition of the only CHECK on the temporary table ml_check, as the catalogue writes it.
SELECT pg_get_expr(conbin, conrelid)
FROM pg_constraint
WHERE
    conrelid = 'pg_temp.ml_check'::regclass
    AND contype = 'c'
