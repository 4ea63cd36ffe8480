-- Of each instant of the things that are staged the version that wins.
SELECT DISTINCT ON ({kept_grain}, kept.{version}) kept.*
FROM {versions} AS kept
JOIN (SELECT DISTINCT {grain} FROM {increment}) AS increment ON {same}
ORDER BY {kept_grain}, kept.{version}, {order}
