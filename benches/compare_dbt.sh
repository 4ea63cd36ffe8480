#!/usr/bin/env bash
# Bronze to silver by dbt and SQLMesh, which run the SELECT of the hand-written SQL, against ours: whole commands, medians of
# five rounds. Makes a virtual environment in a folder outside of this one, or takes that of $1.
# dbt-core from 1.12 on fetches a parser from elsewhere than PyPI, so an older one will do where that cannot be reached.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

if [ $# -gt 0 ]; then
    venv=$1
else
    scratch=$(mktemp -d)
    trap 'rm -rf -- "$scratch"' EXIT
    venv=$scratch/venv
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet "dbt-core${DBT_CORE:-<1.12}" 'dbt-postgres==1.11.0' 'sqlmesh[postgres]==0.236.4'
fi
"$venv/bin/dbt" --version | sed -n 's/.*installed: */dbt: /p'
echo "sqlmesh: $("$venv/bin/sqlmesh" --version)"
cd -- "$root"
cargo bench --bench compare_silver -- tools "$venv"
