"""Which latencies of two revisions are judged: those measured in turn, in one run, and no others."""

from pathlib import Path

import pytest

from litemill.analysis.changes import Artifact, Status
from litemill.comparison import compare
from litemill.dvc.revision import Revision


@pytest.mark.parametrize(
    ("status", "same_file", "said"),
    [("changed", False, "not comparable"), ("changed", None, "not comparable"), ("changed", True, "same file"),
     ("added", None, ""), ("removed", None, "")],
)  # fmt: skip
def test_without_a_run_of_both_sides_no_latency_is_judged(
    *, status: Status, same_file: bool | None, said: str, tmp_path: Path
) -> None:
    one = Artifact("birds", "int8", status, same_file, within=True)
    found = compare._timed(one, Revision(), Revision(), None, tmp_path)
    assert (found.timing, found.untimed) == (None, said)
