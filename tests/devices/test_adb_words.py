"""Words of the client that come in an order of chance: a program that says them in a given one stands for it."""

from pathlib import Path

import pytest

from litemill.devices.adb import Adb
from litemill.ground.errors import LitemillError

SUM = "file: 1 file pushed, 0 skipped. 72.7 MB/s (422086 bytes in 0.006s)"
FULL = "adb: error: failed to copy 'file' to '/data/x': remote write failed: No space left on device"
LOST = "adb: error: failed to read copy response: EOF"


@pytest.mark.parametrize("words", [(SUM, FULL), (FULL, SUM), (LOST, SUM), (LOST, SUM, LOST), (SUM, LOST)])
def test_the_reason_is_found_wherever_the_sum_stands(tmp_path: Path, words: tuple[str, ...]) -> None:
    program = tmp_path / "adb"
    said = "\n".join(words)
    program.write_text(f'#!/bin/sh\n[ "$1" = -s ] || exec echo "Android Debug Bridge version 1.0.41"\n'
                       f"cat >&2 <<'END'\n{said}\nEND\nexit 1\n")  # fmt: skip
    program.chmod(0o755)
    with pytest.raises(LitemillError) as caught:
        Adb(program).push("serial", tmp_path / "file", "/data/x", 10)
    wanted = "no space left on the device" if FULL in words else "the connection dropped"
    assert wanted in str(caught.value)
