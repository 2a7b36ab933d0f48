#!/bin/sh
# Runs every static check, all of them even when one fails, and ends with what failed.
set -u
cd "$(dirname "$0")/.." || exit 1
bin=.venv/bin
failed=''

run() {
    name=$1
    shift
    echo "== $name"
    "$@" || failed="$failed $name"
}

run format $bin/ruff format --check --quiet .
run lint $bin/ruff check --quiet .
run types $bin/pyright
run layers $bin/lint-imports --no-logo
run edge-cases $bin/python scripts/edge_ledger.py --quiet
run hygiene $bin/python scripts/check_repository.py

if [ -n "$failed" ]; then
    echo "check: failed:$failed" >&2
    exit 1
fi
echo "check: everything passed"
