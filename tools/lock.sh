#!/usr/bin/env bash
# Write requirements.lock, which `make repro` needs, and requirements-dev.lock, what tests and lint add: one resolution.
# Versions stay as they are where pyproject.toml allows it. UPGRADE="--upgrade-package NAME" takes a newer one,
# UPGRADE=--upgrade all.
set -euo pipefail
whole=$(mktemp)
trap 'rm -f "$whole"' EXIT
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
    --custom-compile-command "make lock" "$@" pyproject.toml
}

cat requirements.lock requirements-dev.lock > "$whole"
compile ${UPGRADE:-} --all-extras --output-file "$whole" >/dev/null
compile --extra all --extra install --constraint "$whole" --output-file requirements.lock >/dev/null
# of the whole, what is not in the first
awk 'NR == FNR {first[$0]; next} /^[a-z]/ {taken = $0 in first} !taken' requirements.lock "$whole" > requirements-dev.lock
