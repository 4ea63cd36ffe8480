-- Whether a view is the one that was made beside it, as the server reads both back; not so where it is missing.
-- $1: the view, quoted, $2: the one beside it, quoted
SELECT coalesce(pg_get_viewdef(to_regclass($1)) = pg_get_viewdef(to_regclass($2)), false)
