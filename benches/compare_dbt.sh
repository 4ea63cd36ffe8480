#!/usr/bin/env bash
# What other tools take for the same, against ours: whole commands, medians of rounds.
#   silver (the default): bronze to silver by dbt and SQLMesh, which run the SELECT of the hand-written SQL
#   gold: the star of compare_gold by incremental models of dbt; COMPARE_GOLD_SF is its scale
# Makes a virtual environment in a folder outside of this one, or takes that of $2.
# dbt-core from 1.12 on fetches a parser from elsewhere than PyPI, so an older one will do where that cannot be reached.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
layer=${1:-silver}

if [ $# -gt 1 ]; then
    venv=$2
else
    scratch=$(mktemp -d)
    trap 'rm -rf -- "$scratch"' EXIT
    venv=$scratch/venv
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet "dbt-core==${DBT_CORE:-1.11.16}" 'dbt-postgres==1.11.0'
    if [ "$layer" = silver ]; then
        "$venv/bin/pip" install --quiet 'sqlmesh[postgres]==0.236.4'
    fi
fi
"$venv/bin/dbt" --version | sed -n 's/.*installed: */dbt: /p'
if [ "$layer" = silver ]; then
    echo "sqlmesh: $("$venv/bin/sqlmesh" --version)"
fi
cd -- "$root"
cargo bench --bench "compare_$layer" -- tools "$venv"
