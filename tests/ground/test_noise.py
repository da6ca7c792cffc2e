"""Native libraries' remarks: kept from the terminal, shown after a bug."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import os, sys
sys.path.insert(0, {root!r})
from litemill.ground.errors import LitemillError
from litemill.ground.process import native_output_kept
try:
    with native_output_kept():
        os.write(2, b"native" + b"." * 10_000 + b"end\\n")
        os.system("echo child >&2")
        print("python", file=sys.stderr)
        {then}
except LitemillError as error:
    print(error, file=sys.stderr)
os.write(2, b"after")
"""


def stderr(then: str, **env: str) -> str:
    code = CODE.format(root=str(ROOT), then=then)
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stderr


@pytest.mark.parametrize(("then", "said"), [("pass", ""), ("raise LitemillError('why')", "why\n")])
def test_what_native_code_prints_is_kept_and_pythons_own_is_not(then: str, said: str) -> None:
    assert stderr(then) == f"python\n{said}after"


def test_after_a_bug_the_last_of_it_is_shown() -> None:
    shown = stderr("raise ValueError('bug')")
    assert shown.index("python\n") < shown.index("...end\nchild\n") < shown.index("ValueError: bug")
    assert "native" not in shown
    assert len(shown) < 5000


def test_a_variable_lets_it_all_through() -> None:
    assert stderr("pass", LITEMILL_VERBOSE="1").startswith("native....")
