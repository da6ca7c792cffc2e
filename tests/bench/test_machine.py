"""What machine the figures are taken on."""

import os
from importlib.metadata import version

import msgspec
import pytest

from litemill.bench import machine
from litemill.records import store
from litemill.records.cost import Machine

PHONE = """\
processor\t: 0
BogoMIPS\t: 38.40
Features\t: fp asimd evtstrm aes asimddp i8mm
Hardware\t: Some Chip, Inc
processor\t: 1
Features\t: fp asimd
"""
DESKTOP = "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nflags\t\t: fpu sse avx2 avx512f avx512_vnni\n"


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the kernel says in files of this machine's place."""
    found: dict[str, str] = {}
    monkeypatch.setattr(machine, "_text", lambda path: found.get(path, ""))
    return found


def test_this_machine_is_described() -> None:
    found = machine.machine()
    assert found.cpu
    assert found.cores == os.cpu_count()
    assert found.litert == version("ai-edge-litert")
    assert set(found.features) <= set(machine.FEATURES)
    assert msgspec.json.decode(store.encode(found), type=Machine) == found


def test_the_same_machine_is_described_the_same() -> None:
    assert store.encode(machine.machine()) == store.encode(machine.machine())


def test_a_desktop_is_told_by_its_model_and_flags(texts: dict[str, str]) -> None:
    texts |= {"/proc/cpuinfo": DESKTOP, "/proc/meminfo": "MemTotal:       16250000 kB\nMemFree: 1 kB\n"}
    found = machine.machine()
    assert (found.cpu, found.features, found.memory_gb) == (
        "Some CPU @ 2.00GHz",
        ("avx2", "avx512f", "avx512_vnni"),
        15,
    )


def test_a_phone_is_told_by_its_hardware_and_features(texts: dict[str, str]) -> None:
    texts["/proc/cpuinfo"] = PHONE
    found = machine.machine()
    assert (found.cpu, found.features) == ("Some Chip, Inc", ("asimd", "asimddp", "i8mm"))


def test_what_a_machine_does_not_say_is_left_empty(texts: dict[str, str]) -> None:
    assert texts == {}
    found = machine.machine()
    assert (found.features, found.memory_gb) == ((), 0)
