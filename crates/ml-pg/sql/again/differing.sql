-- Those winners that do not stand there as they are: a conflict with what stands there would lock it, which is written.
(
    SELECT increment.*
    FROM winner AS increment
    WHERE NOT EXISTS (SELECT FROM {into} AS held WHERE {identical} AND held."_deleted" = {gone})
) AS differing
