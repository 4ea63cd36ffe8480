-- Makes the table of an increment's rows on their way.
CREATE TEMPORARY TABLE "ml_increment" ON COMMIT DROP AS
SELECT {names}, "_load_id", "_record_no"
FROM {into}
WITH NO DATA
