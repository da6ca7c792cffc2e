"""Programs side by side: which begins when."""

import pytest

from litemill.dvc.child import Children, Job


def echo(word: str, *, seconds: float = 0) -> list[str]:
    return ["sh", "-c", f"echo begin {word}; sleep {seconds}; echo end {word}"]


def said(*jobs: Job, at_once: int = 2) -> tuple[list[str], int]:
    """Return the lines of programs in the order in which they came, and the exit status."""
    children = Children(jobs, at_once, lambda _: None, terminal=False)
    lines = [text.strip() for _, text in children.said() if text.endswith("\n")]
    return lines, children.code


def test_a_job_waits_for_others_also_for_those_that_stand_behind_it() -> None:
    lines, code = said(Job(echo("last"), frozenset({1, 2})), Job(echo("slow", seconds=1)), Job(echo("quick")))
    assert lines[-3:] == ["end slow", "begin last", "end last"]
    assert code == 0


def test_a_lane_that_is_free_takes_the_first_job_that_waits_for_nothing() -> None:
    lines, _ = said(Job(echo("first")), Job(echo("third"), frozenset({2})), Job(echo("second")), at_once=1)
    assert [line for line in lines if line.startswith("begin")] == ["begin first", "begin second", "begin third"]


@pytest.mark.parametrize("at_once", [1, 2])
def test_what_waits_for_a_job_that_fails_is_never_begun(at_once: int) -> None:
    lines, code = said(Job(["sh", "-c", "exit 3"]), Job(echo("never"), frozenset({0})), at_once=at_once)
    assert (lines, code) == ([], 3)
