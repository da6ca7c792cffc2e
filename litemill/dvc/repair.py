"""What a DVC that was killed as it wrote leaves behind."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

from litemill.dvc import files

TMP = Path(".dvc/tmp")


def mend() -> Iterator[Path]:
    """Remove the files that a killed DVC left half written and that stop every later one; give what was removed.

    DVC (3.67) writes in place. `.dvc/tmp/rwlock` names processes only, and is begun anew. What stood in a `dvc.lock` is
    in its run cache, as far as it was built here. Files whose guard a DVC holds that lives are its own.
    """
    whole = {TMP / "rwlock": _is_json}
    locks = dict.fromkeys(files.locks(), _ends)
    for guard, kinds in {TMP / "rwlock.lock": whole, TMP / "lock": locks}.items():
        with contextlib.suppress(OSError), guard.open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path, is_whole in kinds.items():
                if path.exists() and not is_whole(path.read_bytes()):
                    path.unlink()
                    yield path


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _ends(data: bytes) -> bool:
    """Say whether the last line is a whole one."""
    return data.endswith(b"\n")
