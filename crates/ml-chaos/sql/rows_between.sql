-- The rows of a table whose keys are between two, with their keys, as text.
-- {columns}: the columns as text. {key}: the key. {table}: the quoted name of the table.
-- $1, $2 bigint: the least and the greatest key. Reads only.
SELECT ({key})::bigint, ARRAY[{columns}]::text[]
FROM {table}
WHERE ({key})::bigint BETWEEN $1 AND $2
ORDER BY 1
