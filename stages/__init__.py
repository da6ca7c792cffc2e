"""The stages of the build, one file each; `dvc.yaml` says in which order they run."""

import importlib.util
import sys

# DVC runs the `python` of the PATH, which may be the system's
if importlib.util.find_spec("msgspec") is None:
    sys.exit(
        f"error: {sys.executable} lacks litemill's packages: expected the Python of .venv "
        '-> run: make repro, or put .venv/bin on the PATH: export PATH="$PWD/.venv/bin:$PATH"'
    )
