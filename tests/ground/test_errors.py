"""One family of errors, in one line each."""

import errno
from pathlib import Path

import pytest

from litemill.ground import errors
from litemill.ground.errors import FaultsError, GraphError, LitemillError


def test_an_error_says_what_expected_got_and_what_to_do() -> None:
    error = LitemillError("a.pb: no node x", expected=3, got="", remedy="name one")
    assert str(error) == "a.pb: no node x: expected 3, got -> name one"
    assert str(LitemillError("why", got=0)) == "why: got 0"
    assert str(LitemillError("why", remedy="so")) == "why -> so"
    assert str(LitemillError("why")) == "why"


def test_an_error_is_one_line_whatever_it_holds() -> None:
    assert str(GraphError("a\nb", got="c\n\n  d\te")) == "a b: got c d e"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "models/a.tflite: no space left on the disk -> free some space"),
        (errno.EDQUOT, "models/a.tflite: no space left on the disk -> free some space"),
        (errno.ENOENT, "models/a.tflite: no such file -> run the stages before this one"),
        (errno.EACCES, "models/a.tflite: Permission denied -> see that it can be read and written"),
    ],
)
def test_what_the_system_refuses_is_said_with_the_file(
    number: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dvc.yaml").touch()
    message = {errno.EACCES: "Permission denied"}.get(number, "?")
    assert said in str(errors.from_os(OSError(number, message, "models/a.tflite")))


def test_what_the_system_refuses_without_a_name_is_still_said() -> None:
    assert str(errors.from_os(OSError("odd"))).startswith("a file: odd")


def test_of_several_errors_each_is_told() -> None:
    one, two = GraphError("a", remedy="b"), GraphError("c")
    assert FaultsError([one, two]).each == (one, two)
    assert str(FaultsError([one, two])) == "a -> b; c"
    assert one.each == (one,)
