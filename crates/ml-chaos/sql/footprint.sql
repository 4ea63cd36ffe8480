-- Where the rows of a table stand and which transaction wrote each: it is another one after any write.
-- {table}: its quoted name. Reads only.
SELECT format('%s rows, %s', count(*), coalesce(sum(hashtextextended(ctid::text || ' ' || xmin::text, 0)::numeric), 0))
FROM {table}
