-- Whether there is a relation of this name.
-- $1: its name, quoted
SELECT to_regclass($1) IS NOT NULL
