-- Loads that can be seen before their end.
-- Reads only.
SELECT format('load %s into %s is seen in the state loading', load_id, dataset)
FROM meta.load
WHERE state = 'loading'
ORDER BY load_id
