#!/usr/bin/env bash
# Chromium for the browser tests, from the system's packages, unless there is one or CHROMIUM names one.
set -euo pipefail
[ -n "${CHROMIUM:-}" ] && exit 0
command -v chromium chromium-browser google-chrome >/dev/null && exit 0
command -v apt-get >/dev/null || { echo "error: no Chromium, and no apt-get -> install Chromium, or name one: CHROMIUM=/path"; exit 1; }
as=$([ "$(id -u)" = 0 ] || echo sudo)
echo "installing Chromium"
$as apt-get update -qq
$as apt-get install -qq -y --no-install-recommends chromium fonts-liberation >/dev/null
