"""Budgets in params.yaml: what they may say, and what they name."""

from typing import Any

import msgspec
import pytest

from litemill.ground.errors import SettingsError
from litemill.settings.budgets import Budget, check

FILES = {"birds": ("fp32", "int8", "official"), "painter": ("fp32",)}
PLACES = {"host": ("cpu x1", "cpu x2"), "pixel": ("gpu fp16",)}


def budget(**settings: Any) -> Budget:
    return msgspec.convert(settings, Budget)


def refused(**settings: Any) -> str:
    with pytest.raises(SettingsError) as error:
        check("params.yaml", {"one": budget(**settings)}, FILES, PLACES)
    return str(error.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"artifact": "birds/int8", "figure": "bytes", "most": 1_000_000},
        {"artifact": "birds/int8", "figure": "bytes", "most": 1.05, "times": "official"},
        {"artifact": "birds/int8", "figure": "label_agreement", "least": 0.99},
        {"artifact": "birds/int8", "figure": "latency_ms", "most": 0.8, "times": "fp32", "configuration": "cpu x2"},
        {"artifact": "birds/int8", "figure": "latency_ms", "most": 9, "target": "pixel", "configuration": "gpu fp16"},
        {"recommended": "cpu", "figure": "bytes", "most": 0.5, "times": "fp32"},
    ],
)
def test_a_budget_is_absolute_or_relative_of_a_file_or_of_what_is_shipped(settings: dict[str, Any]) -> None:
    check("params.yaml", {"one": budget(**settings)}, FILES, PLACES)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"figure": "bytes", "most": 1}, "either artifact or recommended must be given"),
        ({"artifact": "a/b", "recommended": "cpu", "figure": "bytes", "most": 1}, "either artifact or recommended"),
        ({"artifact": "a/b", "figure": "bytes", "least": 1}, "bytes needs most and no other limit"),
        ({"artifact": "a/b", "figure": "bytes", "most": 1, "least": 1}, "bytes needs most and no other limit"),
        ({"artifact": "a/b", "figure": "psnr_db", "most": 1}, "psnr_db needs least and no other limit"),
        ({"artifact": "a/b", "figure": "bytes"}, "bytes needs most"),
        ({"artifact": "a/b", "figure": "bytes", "most": 0}, "> 0"),
        ({"artifact": "a", "figure": "bytes", "most": 1}, "matching regex"),
        ({"artifact": "a/b", "figure": "speed", "most": 1}, "unknown figure 'speed', known: bottleneck_cosine, bytes"),
    ],
)
def test_a_budget_that_says_too_much_or_too_little_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        budget(**settings)


def test_names_that_do_not_exist_are_told_with_the_nearest_one() -> None:
    bytes_ = {"figure": "bytes", "most": 1}
    ms = {"artifact": "birds/int8", "figure": "latency_ms", "most": 1}
    assert "budgets.one.artifact: unknown network 'bird' -> did you mean 'birds'?" in refused(
        artifact="bird/int8", **bytes_
    )
    assert "unknown recipe of painter 'int8' -> known: fp32" in refused(artifact="painter/int8", **bytes_)
    assert "one.times: unknown file 'offical'" in refused(artifact="birds/int8", times="offical", **bytes_)
    # of a set, every network must have it
    assert "one.times: unknown file 'int8'" in refused(recommended="cpu", times="int8", **bytes_)
    assert "one.target: unknown target 'pixl' -> did you mean 'pixel'?" in refused(target="pixl", **ms)
    assert "one.configuration: unknown configuration 'cpu x8'" in refused(configuration="cpu x8", **ms)
    assert "bytes is the same everywhere" in refused(artifact="birds/int8", target="pixel", **bytes_)
