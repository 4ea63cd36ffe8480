-- Rows of a table that increments keep which came from a load that is not there, or that nobody took in, or that were
-- changed by a load which was not applied.
-- {table}: its quoted name. $1 text: its name in the ledger. Reads only.
SELECT format(
    '%s: %s rows are of load %s (%s), changed by load %s (%s of %s)',
    $1::text, rows, "_load_id", coalesce(origin.state, 'nowhere'), "_changed_load",
    coalesce(changer.state, 'nowhere'), coalesce(changer.dataset, 'nothing')
)
FROM (
    SELECT "_load_id", "_changed_load", count(*) AS rows
    FROM {table}
    GROUP BY "_load_id", "_changed_load"
) AS kept
LEFT JOIN meta.load AS origin ON origin.load_id = kept."_load_id"
LEFT JOIN meta.load AS changer ON changer.load_id = kept."_changed_load"
WHERE
    changer.state IS DISTINCT FROM 'applied'
    OR changer.dataset <> $1::text
    OR (
        kept."_load_id" <> 0
        AND (
            origin.state IS NULL
            OR origin.state NOT IN ('applied', 'unloaded')
            OR NOT EXISTS (SELECT FROM meta.consumed WHERE consumed.load_id = kept."_load_id")
        )
    )
ORDER BY 1
