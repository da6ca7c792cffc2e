#!/usr/bin/env bash
# Build the wheel of what lies here, offline, and check what is in it: tools/check_wheel.sh
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/source"
# setuptools leaves its work beside what it builds
cp -R pyproject.toml README.md LICENSE litemill "$scratch/source"
python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index \
  --wheel-dir "$scratch" "$scratch/source"
said=$(check-wheel-contents "$scratch"/*.whl) || { echo "$said"; exit 1; }
