#!/usr/bin/env bash
# Put what the locks name into .venv: tools/install.sh SIZE requirements.lock [requirements-dev.lock]
# The locks are complete: nothing is resolved, and a file whose hash does not stand there is refused. uv does it, which
# the first lock brings; where uv can't, for pip's configuration may know more of the way, pip does the same.
# .venv/installed* are copies of the locks, there only while nothing is half-way: what was killed is done anew.
set -euo pipefail
size=$1 locks=("${@:2}")
PATH=${PATH#"$PWD/.venv/bin:"} # the machine's own Python, not the one that is about to be removed
python=${PYTHON:-python3}
own=.venv/bin/python log=.venv/install.log

stamp() { local name=${1#requirements}; echo ".venv/installed${name%.lock}"; }
held() { cmp --silent "$1" "$(stamp "$1")"; }
fail() { echo "error: $1" >&2; exit 1; }
stop() { # on what pip said from its first error on, in one line
  local said; said=$({ grep -v ^WARNING "$log" || true; } | sed -n '/^ERROR/,$p' | tr -s '[:space:]' ' ' | cut -c 1-400)
  fail "$1: ${said% } -> $2"
}
from_pip() { "$own" -m pip install --quiet --disable-pip-version-check --no-input "$@"; }
from_uv() { # where pip's configuration names an index, from that one
  local index; index=$("$own" -m pip config list 2>/dev/null | sed -n "s/^[^=]*\.index-url='\(.*\)'$/\1/p" | head -n 1)
  ${index:+env UV_DEFAULT_INDEX="$index"} .venv/bin/uv pip install --quiet --python "$own" "$@"
}

fresh=true
if held "${locks[0]}"; then
  fresh=false
  for at in .venv/installed*; do # a lock that has changed since: what it no longer names is to go
    lock=requirements${at#.venv/installed}.lock
    held "$lock" || fresh=true
  done
fi
missing=()
for lock in "${locks[@]}"; do
  if $fresh || ! held "$lock"; then missing+=("$lock"); fi
done
if [ ${#missing[@]} = 0 ]; then # the same in a file that is newer
  for lock in "${locks[@]}"; do touch "$(stamp "$lock")"; done
  exit 0
fi

if $fresh; then
  "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' ||
    fail "litemill needs Python 3.11 to 3.13, this is $("$python" --version 2>&1) -> make PYTHON=python3.11"
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "this Python has no venv -> install it (Debian: apt install python3-venv)"
  rm -f .venv/installed*
  "$python" -m venv --clear .venv
fi
echo "installing $(cat "${missing[@]}" | grep -c '^[A-Za-z]') packages, $size, into .venv (once)"
rm -f .venv/installed*
for lock in "${missing[@]}"; do
  exact=(--no-deps --require-hashes --no-build-isolation -r "$lock")
  # what installs the others
  first=.venv/first.lock
  sed -n '/^\(setuptools\|uv\)==/,/[^\\]$/p' "$lock" > "$first"
  { { [ ! -s "$first" ] || from_pip --no-deps --require-hashes -r "$first"; } &&
    { from_uv "${exact[@]}" || from_pip "${exact[@]}"; }; } > "$log" 2>&1 ||
    stop "$lock can't be installed" "$log has the rest; see to the network and to pip's index, then again"
done
"$own" -m pip --disable-pip-version-check check > "$log" 2>/dev/null ||
  fail "what is installed does not fit together: $(head -n 1 "$log") -> make lock, then again"
for lock in "${locks[@]}"; do cp "$lock" "$(stamp "$lock")"; done
rm -f "$log" "$first"
