"""Which worker a target needs, and what is kept of what workers give back."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from litemill.fanout import phones
from litemill.fanout.phones import Found, Hung
from litemill.ground.errors import RecordError
from litemill.records.device import Device
from litemill.settings import params as params_module
from litemill.settings.devices import Configuration, Target
from litemill.settings.params import Params

ROOT = Path(__file__).parents[2]
ONE = (Configuration(),)


def hung(serial: str, model: str = "Maker Nine", state: str = "device", *, announced: bool = True) -> Hung:
    told = Device(model, "", "arm64-v8a", "14", "") if state == "device" else None
    return Hung("tcp://host:1", Found(serial, state, told, ""), announced)


@pytest.fixture
def params(monkeypatch: pytest.MonkeyPatch) -> Params:
    monkeypatch.chdir(ROOT)
    return params_module.load()


@pytest.mark.parametrize(
    ("target", "seen", "needed"),
    [
        (Target(ONE, serial="A"), [hung("A"), hung("B")], {"mine": "device:A"}),
        (Target(ONE, model="nine"), [hung("A", "Maker Eight"), hung("B")], {"mine": "device:B"}),
        (Target(ONE), [hung("A")], {"mine": "device:A"}),
        (Target(ONE), [hung("A"), hung("B")], {}),
        (Target(ONE, serial="A"), [hung("A", announced=False)], {}),
        (Target(ONE, serial="A"), [hung("A", state="unauthorized")], {}),
        (Target(ONE, host=True), [hung("A")], {}),
    ],
    ids=["serial", "model", "the only one", "two fit", "not announced", "not usable", "a host, none quiet"],
)
def test_a_target_needs_the_one_announced_phone_that_it_means(
    target: Target, seen: list[Hung], needed: dict[str, str], params: Params
) -> None:
    assert phones.needs(replace(params, targets={"mine": target}), seen, bench=False) == needed


def test_a_target_of_a_host_needs_a_quiet_one(params: Params) -> None:
    assert phones.needs(replace(params, targets={"mine": Target(ONE, host=True)}), [], bench=True) == {"mine": "bench"}


def test_what_is_no_record_is_refused_and_nothing_is_written(params: Params, tmp_path: Path) -> None:
    params = replace(params, targets={"mine": Target(ONE)})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        with pytest.raises(RecordError, match="is no record of a phone"):
            phones.keep({"reports/devices/mine/magenta_predict.json": '{"no": "record"}'}, params)
    assert list(tmp_path.iterdir()) == []
