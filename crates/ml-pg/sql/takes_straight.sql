-- Whether rows may be copied straight into a table, where {nothing} says that there are none that they would have to be
-- compared with. COPY cannot write where row security rules.
SELECT NOT relrowsecurity AND {nothing}
FROM pg_class
WHERE oid = to_regclass($1)
