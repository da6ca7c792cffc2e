"""The reader of benchmark_model logs: right, or a refusal."""

import math

import pytest
from benchlog_forms import (
    FIGURES,
    FORMS,
    NOTE,
    Form,
    Truth,
    facts,
    footprint,
    informed,
    only,
    profiled,
    seeded,
)

from litemill.benchmark_log.runs import read


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"], ids=["lf", "crlf", "crcrlf"])
def test_a_whole_log_of_each_form_gives_every_figure(form: Form, end: str) -> None:
    for seed in range(60):
        lines, true = form(seeded(seed))
        found = facts(only(end.join([*lines, ""])))
        unsure = {"std_us", "p95_us"}  # last of their lines: null where digits might be cut off
        assert found["ok"], found["reason"]
        for name in true.keys() - unsure:
            both = (found[name], true[name])
            assert both[0] == both[1] or math.isclose(*both, rel_tol=1e-5), name
        for name in unsure:
            assert found[name] is None or found[name] == true[name]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_several_runs_in_one_log_are_told_apart_in_order(form: Form) -> None:
    made = [form(seeded(seed)) for seed in range(7)]
    runs = read("\n".join(line for lines, _ in made for line in [*lines, "some other program's line"]))
    assert [run.avg_us for run in runs] == [true["avg_us"] for _, true in made]
    assert [run.min_us for run in runs] == [true["min_us"] for _, true in made]
    assert [run.memory_init_mb for run in runs] == [true["memory_init_mb"] for _, true in made]


def test_the_profilers_timings_are_never_taken() -> None:
    lines, _ = profiled(seeded(3))
    without = [line for line in lines if not line.startswith(("count=", "Inference timings"))]
    assert not only("\n".join(without)).ok


def test_the_warm_up_alone_is_no_result() -> None:
    lines, _ = informed(seeded(3))
    stop = next(index for index, line in enumerate(lines) if "count=" in line)
    run = only("\n".join(lines[: stop + 1]))
    assert not run.ok
    assert "timed phase" in (run.reason or "")


def test_a_log_cut_after_the_timed_phase_still_gives_it() -> None:
    lines, true = informed(seeded(3))
    stop = next(index for index, line in enumerate(lines) if "timings in us" in line)
    run = only("\n".join([*lines[:stop], ""]))
    assert (run.ok, run.avg_us, run.max_us) == (True, true["avg_us"], true["max_us"])
    assert run.memory_overall_mb is None


COMPLETELY = "and the model graph will be completely executed by the delegate."
PARTIALLY = "and the model graph will be partially executed by the delegate."
NOT_AT_ALL = "is explicitly applied, the model graph will not be executed by the delegate."
SUMMARY = "Inference timings in us: Init: 4711, First inference: 822, Warmup (avg): 811.25, Inference (avg): "


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([SUMMARY + "nan"], "no times"),
        ([SUMMARY + "-5"], "no times"),
        ([SUMMARY + "0"], "no inference"),
        ([SUMMARY + "790.5"], "cut off"),
        ([SUMMARY + "1.04176"], "cut off"),  # the exponent may be
        ([SUMMARY + "790.125", SUMMARY + "790.126"], "two results"),
        (["count=9 first=5 curr=5 min=7 max=9 avg=6 std=1", SUMMARY + "790.125"], "contradict"),
        (["count=9 first=8 curr=8 min=7 max=9 avg=9.5 std=1", SUMMARY + "790.125"], "contradict"),
        (["count=9 first=8 curr=8 min=7 max=9 avg=8 std=50", SUMMARY + "790.125"], "std"),
        (["count=0 first=8 curr=8 min=7 max=9 avg=8 std=1", SUMMARY + "790.125"], "no number of runs"),
        (["count=9 first=8 curr=8 min=7 max=9 avg=8 std=inf", SUMMARY + "790.125"], "no times"),
        (["count=9 first=8 curr=8 min=7 max=9 avg=8 std=1", SUMMARY + "790.125"], "more than one run"),
        (["Initialized session in 3.3ms.", SUMMARY + "790.125"], "initialisation"),
        (["Graph: [a.tflite]", "Graph: [b.tflite]", SUMMARY + "790.125"], "more than one run"),
        ([SUMMARY + "790.125", "Peak memory footprint (MB): init=-1 overall=2.5"], "no amount"),
        (["GPU delegate created.",
          f"Explicitly applied GPU delegate, {COMPLETELY}",
          f"Explicitly applied GPU delegate, {PARTIALLY}",
          SUMMARY + "790.125"], "two ways"),
    ],
)  # fmt: skip
def test_figures_that_contradict_each_other_are_refused(lines: list[str], reason: str) -> None:
    run = only("\n".join(["STARTING!", *lines, ""]))
    assert not run.ok
    assert reason in (run.reason or "")
    assert {facts(run)[name] for name in FIGURES} == {None}


@pytest.mark.parametrize(
    "failure",
    [
        "Benchmarking failed.",
        "ERROR: Node number 12 (TfLiteGpuDelegateV2) failed to invoke.",
        "Segmentation fault (core dumped)",
        "bash: line 1:  4242 Killed                  ./benchmark_model --graph=a.tflite",
        "[1]+  Aborted    ./benchmark_model",
        "command terminated with exit code 137",
        "exit status: 139",
        "$ echo $?\n139",
        "F/libc    ( 4242): Fatal signal 11 (SIGSEGV), code 1",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        'CANNOT LINK EXECUTABLE "./benchmark_model": library "libvendor.so" not found',
        "./benchmark_model: error while loading shared libraries: libEGL.so.1: cannot open",
        "/system/bin/sh: /data/local/tmp/benchmark_model: Permission denied",
        "ERROR: Failed to mmap model /data/local/tmp/a.tflite",
        "Failed to apply GPU delegate.",
        "Failed to allocate tensors!",
    ],
)
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_failure_after_the_times_is_a_failure(form: Form, failure: str) -> None:
    lines, _ = form(seeded(5))
    run = only("\n".join([*lines, failure, ""]))
    assert not run.ok
    assert run.reason
    assert {facts(run)[name] for name in FIGURES} == {None}


@pytest.mark.parametrize(
    "noise",
    [
        "Error in cpuinfo: prctl(PR_SVE_GET_VL) failed",
        "ERROR: File /data/local/tmp/cache.bin couldn't be opened for reading: No such file or directory",
        "WARNING: NPU accelerator could not be loaded and registered: InvalidArgument.",
        "Unconsumed cmdline flags: --colour=blue",
        "exit status 0",
        "INFO: average time: 31.5 ms",
        "02-03 04:05:06.789   928  1099 E vendor.service: accelerator execute() failed",
    ],
)
def test_a_warning_is_no_failure(noise: str) -> None:
    lines, true = informed(seeded(5))
    run = only("\n".join([*lines[:6], noise, *lines[6:], noise]))
    assert (run.ok, run.avg_us) == (True, true["avg_us"])


@pytest.mark.parametrize(
    ("said", "delegate", "delegation"),
    [
        (["Use gpu: [0]"], None, "not_stated"),
        (["Going to apply 0 delegates one after another."], None, "not_stated"),
        (["Use gpu: [1]"], "GPU", "not_stated"),
        (["NNAPI delegate created."], "NNAPI", "not_stated"),
        (["Use gpu: [1]", "WARN: GPU acceleration is unsupported on this platform.",
          "Created TensorFlow Lite XNNPACK delegate for CPU."], "GPU", "none"),
        ([f"Though GPU delegate {NOT_AT_ALL}",
          "Replacing 9 out of 9 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 1 partitions."],
         "GPU", "none"),
        ([f"Though NNAPI delegate {NOT_AT_ALL}",
          f"Explicitly applied GPU delegate, {COMPLETELY}"],
         "GPU", "full"),
        (["Replacing 9 out of 9 node(s) with delegate (TfLiteGpuDelegateV2) node, yielding 1 partitions.",
          "Replacing 2 out of 3 node(s) with delegate (TfLiteGpuDelegateV2) node, yielding 1 partitions."],
         "GPU", "partial"),
        (["Replacing 31 node(s) with delegate (TfLiteNnapiDelegate) node, yielding 1 partitions."],
         "NNAPI", "not_stated"),
        (["Use Hexagon : [1]", "Could not create Hexagon delegate: missing libraries"], "HEXAGON", "none"),
        (["Created TensorFlow Lite XNNPACK delegate for CPU.",
          "Restored original execution plan after delegate application failure."], "XNNPACK", "none"),
    ],
)  # fmt: skip
def test_what_a_delegate_took_is_told(said: list[str], delegate: str | None, delegation: str) -> None:
    run = only("\n".join(["STARTING!", *said, SUMMARY + "790.125", ""]))
    assert (run.ok, run.delegate, run.delegation) == (True, delegate, delegation)


def test_a_delegate_asked_for_in_the_command_is_named() -> None:
    command = "$ adb shell /data/local/tmp/benchmark_model \\\n --graph=a.tflite \\\n --use_nnapi=true"
    assert only(f"{command}\n{SUMMARY}790.125\n").delegate == "NNAPI"
    off = "$ adb shell setprop vendor.NNAPI_DISABLE 1\n"
    assert only(f"{off}{command}\n{SUMMARY}790.125\n").delegate is None


def test_what_another_program_said_before_is_not_the_tools() -> None:
    lines, true = profiled(seeded(4))
    lines[lines.index(next(line for line in lines if line.startswith("Applied GPU")))] = "resolved reporter"
    before = ["+ ./label_image --use_gpu=true", "INFO: Loaded model b.tflite", "INFO: Applied GPU delegate.",
              "INFO: average time: 31.488 ms",
              "+ ./benchmark_model --graph=a.tflite --use_gpu=false"]  # fmt: skip
    run = only("\n".join([*before, *[line for line in lines if "Use gpu" not in line]]))
    assert (run.avg_us, run.delegate) == (true["avg_us"], None)


def test_one_run_of_the_timed_phase_is_read() -> None:
    warm = "Running benchmark for 1 iterations\ncount=1 curr=822"
    timed = "Running benchmark for 2 iterations\ncount=1 curr=790"
    run = only(f"STARTING!\n{warm}\n{timed}\n\n{SUMMARY.replace('811.25', '822')}790\n")
    assert (run.avg_us, run.count, run.min_us, run.max_us, run.std_us) == (790, 1, 790, 790, None)


def test_an_amount_of_memory_that_may_be_cut_is_left_out() -> None:
    rng = seeded(1)
    true: Truth = {}
    note, line = footprint(rng, true, "Memory footprint delta from the start of the tool")
    assert note == NOTE
    text = f"STARTING!\n{SUMMARY}790.125\n{line}"
    assert only(text + "\n").memory_overall_mb == true["memory_overall_mb"]
    run = only(text[:-3])
    assert (run.memory_init_mb, run.memory_overall_mb) == (true["memory_init_mb"], None)
