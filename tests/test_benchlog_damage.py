"""Generated damage: the reader gives the true number or none, never a wrong one."""

import math
import re
from collections.abc import Callable, Iterable
from random import Random

import pytest
from benchlog_forms import FIGURES, FORMS, Form, Truth, facts, general, seeded

from litemill.benchmark_log.runs import read
from litemill.benchmark_log.verdict import Run


def dropped(rng: Random, lines: list[str]) -> list[str]:
    share = rng.choice([0.02, 0.1, 0.3, 0.6])
    return [line for line in lines if rng.random() > share]


def doubled(rng: Random, lines: list[str]) -> list[str]:
    share = rng.choice([0.05, 0.3])
    return [copy for line in lines for copy in [line] * (1 + (rng.random() < share))]


def cut_lines(rng: Random, lines: list[str]) -> list[str]:
    lines = list(lines)
    telling = [index for index, line in enumerate(lines) if re.search(r"count=|timings in us|\(MB\)", line)]
    for index in [rng.randrange(len(lines)), rng.choice(telling or [0])]:
        lines[index] = lines[index][: max(0, len(lines[index]) - rng.randint(0, 14))]
    return lines


def beheaded(rng: Random, lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    return text[rng.randrange(len(text) + 1) :].split("\n")


def scientific(rng: Random, lines: list[str]) -> list[str]:
    def rewrite(match: re.Match[str]) -> str:
        return f"{match[1]}{float(match[2]):.{rng.choice([7, 9])}e}" if rng.random() < 0.5 else match[0]

    number = r"((?:min|max|first|curr|avg|std|median|p5|p95|init|overall)=|[a-z)] ?: )(\d+(?:\.\d+)?)(?=[ ,]|$)"
    telling = re.compile(r"count=|timings in us|\(MB\): init")
    return [re.sub(number, rewrite, line) if telling.search(line) else line for line in lines]


def disturbed(rng: Random, lines: list[str]) -> list[str]:
    noise = [
        "noise 123",
        "type 54 str Abc",
        "[  7] CYCLES: 12",
        "",
        "Timings (microseconds): count=1 curr=55",
    ]
    return [add for line in lines for add in ([line, rng.choice(noise)] if rng.random() < 0.2 else [line])]


def indented(_: Random, lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def prefixed(rng: Random, lines: list[str]) -> list[str]:
    prefix = rng.choice(["INFO: ", "I/tflite  ( 1234): ", "01-02 03:04:05.678  123  456 I tflite  : "])
    return [prefix + line for line in lines]


def mixed(rng: Random, one: list[str], other: list[str]) -> list[str]:
    rest, out, burst = [list(one), list(other)], [], rng.choice([1, 3, 8])
    while any(rest):
        source = rng.choice([lines for lines in rest if lines])
        taken = rng.randint(1, burst)
        out += source[:taken]
        del source[:taken]
    return out


DAMAGE: list[Callable[[Random, list[str]], list[str]]] = [
    dropped, doubled, cut_lines, beheaded, disturbed, indented, prefixed,
]  # fmt: skip


def damaged(rng: Random, lines: list[str]) -> str:
    if rng.random() < 0.2:
        lines = scientific(rng, lines)
    for damage in rng.sample(DAMAGE, rng.choice([0, 1, 1, 2, 3])):
        lines = damage(rng, lines) if lines else lines
    text = rng.choice(["\n", "\r\n"]).join([*lines, ""])
    return text[: rng.randint(0, len(text))] if rng.random() < 0.3 else text


def agrees(name: str, found: float, true: float | None) -> bool:
    if true is None:
        return False
    if name == "memory_overall_mb" and general(true).startswith(general(found)):
        return True  # a cut that leaves a round amount can't be told from a whole line
    return math.isclose(found, true, rel_tol=1e-5)


def wrong(run: Run, true: Truth, names: Iterable[str]) -> list[str]:
    found = facts(run)
    return [name for name in names if found[name] is not None and not agrees(name, found[name], true[name])]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_damaged_log_never_gives_a_wrong_number(form: Form) -> None:
    read_right = 0
    for seed in range(500):
        rng = seeded(f"{form.__name__} {seed}")
        lines, true = form(rng)
        for run in read(damaged(rng, lines)):
            assert run.ok or run.reason
            assert wrong(run, true, FIGURES) == [], seed
            read_right += run.ok
    assert read_right > 100  # refusing everything is no art


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_two_mixed_logs_never_give_one_the_numbers_of_the_other(form: Form) -> None:
    times = [name for name in FIGURES if not name.startswith("memory")]
    memories = [name for name in FIGURES if name.startswith("memory")]
    for seed in range(300):
        rng = seeded(f"{form.__name__} {seed}")
        made = [form(rng), rng.choice(FORMS)(rng)]
        lines = mixed(rng, made[0][0], made[1][0])
        for run in read(damaged(rng, lines)):
            assert any(wrong(run, true, times) == [] for _, true in made), seed
            # Where nearly all lines of both are lost, nothing shows whose memory is left.
            assert any(wrong(run, true, memories) == [] for _, true in made), seed
