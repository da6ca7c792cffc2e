"""Which file a rule picks, and what it says about it."""

import msgspec
import pytest

from litemill.analysis.recommend import choose
from litemill.analysis.weighing import File, Scale, weigh
from litemill.records.artifact import Refusal
from litemill.records.cost import Latency
from litemill.records.recommendation import Candidate, Choice
from litemill.settings.recipe import Quantize, Tolerance
from litemill.settings.recommend import Rule

SCALE = Scale("psnr_db", 50, 0.05)
FASTEST = Rule(prefer="fastest", threads=1)


def file(
    name: str, size: int, psnr: float, ms: float, quantize: Quantize = "none", refusals: tuple[Refusal, ...] = ()
) -> File:
    latency = (Latency(1, ms, ms, 0.01), Latency(2, 1000 - ms, 1000 - ms, 0.01))
    return File(name, quantize, Tolerance(psnr_db=10), name * 4, size, {"psnr_db": psnr}, latency, refusals)


FP32 = file("fp32", 800, 100, 90)
FP16 = file("fp16", 400, 99, 91, "fp16")
DYNAMIC = file("dynamic", 250, 37, 50, "dynamic")
INT8 = file("int8", 270, 26, 110, "int8")
FILES = (FP32, FP16, DYNAMIC, INT8)


def chosen(rule: Rule, *files: File) -> Choice:
    return choose("net", "cpu", rule, files or FILES, SCALE)


def by_recipe(choice: Choice) -> dict[str, Candidate]:
    return {one.recipe: one for one in choice.candidates}


def test_the_fastest_is_shipped_and_what_comes_next_is_said() -> None:
    choice = chosen(FASTEST)
    assert (choice.recipe, choice.sha256) == ("dynamic", "dynamic" * 4)
    assert choice.reason == (
        "the fastest of 4 that the rule allows: 50.0 ms at 1 thread; next is fp32 with 90.0 ms at 1 thread"
    )


def test_threads_say_which_latency_counts() -> None:
    assert chosen(Rule(prefer="fastest", threads=2)).recipe == "int8"


def test_too_inaccurate_a_file_is_refused_with_its_figure() -> None:
    choice = chosen(Rule(prefer="fastest", threads=1, accuracy=Tolerance(psnr_db=40)))
    assert choice.recipe == "fp16"
    assert by_recipe(choice)["dynamic"].refused == ("psnr_db 37, where the rule wants 40",)


def test_a_file_outside_its_own_tolerance_is_never_shipped() -> None:
    choice = chosen(FASTEST, FP32, msgspec.structs.replace(DYNAMIC, tolerance=Tolerance(psnr_db=38)))
    assert choice.recipe == "fp32"
    assert by_recipe(choice)["dynamic"].refused == ("psnr_db 37, where its recipe's tolerance wants 38",)


def test_too_large_a_file_is_refused_for_the_network_that_the_limit_is_for() -> None:
    smallest = Rule(prefer="most_accurate", max_bytes={"net": 399, "other": 1})
    choice = chosen(smallest)
    assert choice.recipe == "dynamic"
    assert by_recipe(choice)["fp16"].refused == ("400 bytes, where the rule wants 399 at most",)


def test_a_few_bytes_do_not_ship_the_less_accurate_file() -> None:
    choice = chosen(FASTEST, file("int8", 1000, 99.5, 90), file("int8_refit", 1001, 99.7, 91))
    assert choice.recipe == "int8_refit"
    choice = chosen(FASTEST, file("int8", 1000, 99.5, 90), file("larger", 1100, 99.7, 91))
    assert choice.recipe == "int8"


def test_latencies_within_the_noise_do_not_decide_but_the_bytes_do() -> None:
    for fp32, fp16 in ((90, 91), (91, 90), (90, 93)):
        choice = chosen(FASTEST, file("fp32", 800, 100, fp32), file("fp16", 400, 99, fp16, "fp16"))
        assert choice.recipe == "fp16"
        assert "fp32 is as fast within the noise, and larger or less accurate" in choice.reason


def test_of_equals_in_everything_the_one_named_first_is_shipped() -> None:
    assert chosen(FASTEST, FP32, msgspec.structs.replace(FP32, recipe="again")).recipe == "fp32"


def test_a_target_takes_its_kinds_of_file_that_the_delegate_takes_whole() -> None:
    rule = Rule(prefer="smallest", quantize=("fp16", "fp16_exact"), fully_delegable=True)
    refused = msgspec.structs.replace(
        FP16, recipe="half", size_bytes=1, gpu_refusals=(Refusal("GATHER_ND", "not supported", 2),)
    )
    choice = chosen(rule, *FILES, refused)
    assert choice.recipe == "fp16"
    assert choice.reason == "the only one that the rule allows: 400 bytes"
    assert by_recipe(choice)["half"].refused == ("not wholly for the GPU delegate: GATHER_ND: not supported (2)",)
    assert by_recipe(choice)["int8"].refused == ("quantize int8, where the rule wants fp16 or fp16_exact",)


def test_where_the_rule_allows_none_none_is_shipped_and_each_reason_is_said() -> None:
    choice = chosen(Rule(prefer="smallest", accuracy=Tolerance(psnr_db=200)), FP32, FP16)
    assert (choice.recipe, choice.sha256) == ("", "")
    assert choice.reason == (
        "the rule allows none of 2: fp32: psnr_db 100, where the rule wants 200; "
        "fp16: psnr_db 99, where the rule wants 200"
    )


def test_slower_larger_and_less_accurate_is_dominated_with_the_numbers() -> None:
    found = by_recipe(chosen(FASTEST))
    assert {name: one.dominated_by for name, one in found.items()} == {
        "fp32": "", "fp16": "", "dynamic": "", "int8": "dynamic",
    }  # fmt: skip
    assert found["int8"].against == "110.0 against 50.0 ms, 270 against 250 bytes, psnr_db 26 against 37"


@pytest.mark.parametrize("better", [{"size_bytes": 249}, {"metrics": {"psnr_db": 38}}], ids=["smaller", "truer"])
def test_what_is_better_in_one_is_not_dominated(better: dict[str, object]) -> None:
    found = by_recipe(chosen(FASTEST, DYNAMIC, msgspec.structs.replace(INT8, **better)))
    assert found["int8"].dominated_by == ""
    assert found["int8"].on_front


def test_slower_within_the_noise_is_not_dominated_but_off_the_front() -> None:
    one = by_recipe(chosen(FASTEST, DYNAMIC, file("int8", 270, 26, 51, "int8")))["int8"]
    assert (one.dominated_by, one.on_front) == ("", False)


def test_the_front_is_what_no_other_is_at_least_as_good_as() -> None:
    found = weigh(FILES, FASTEST, None, SCALE)
    assert [one.recipe for one in found if one.on_front] == ["fp32", "fp16", "dynamic"]


def test_where_latency_does_not_count_size_and_accuracy_make_the_front() -> None:
    found = weigh((FP32, FP16, file("half", 500, 98, 1, "fp16")), Rule(prefer="smallest"), None, SCALE)
    assert [one.recipe for one in found if one.on_front] == ["fp32", "fp16"]
    assert {one.dominated_by for one in found} == {""}  # slower is part of it
