"""Logs in the forms of benchmark_model since 2018, written from figures of a seeded generator.

Each form gives a log's lines and the true values of its run. Only the tool's own fixed wording is in them.
"""

import math
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from litemill.benchmark_log.runs import read
from litemill.benchmark_log.verdict import Run

Truth = dict[str, Any]
Form = Callable[[Random], tuple[list[str], Truth]]
NOTE = (
    "Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the "
    "actual memory footprint of the model at runtime. Take the information at your discretion."
)
PARTLY = "Explicitly applied EXTERNAL delegate, and the model graph will be partially executed by the delegate"
FIGURES = (
    "avg_us", "count", "min_us", "max_us", "std_us", "median_us", "p95_us", "init_us", "first_us",
    "warmup_avg_us", "memory_init_mb", "memory_overall_mb",
)  # fmt: skip


def facts(run: Run) -> Truth:
    """Return what a run states, by key."""
    return msgspec.structs.asdict(run)


def only(text: str) -> Run:
    """Read a log of one run."""
    (run,) = read(text)
    return run


def seeded(seed: object) -> Random:
    """Return the same numbers for the same seed."""
    return Random(str(seed))  # noqa: S311 - figures of tests, no secrets


def general(value: float) -> str:
    """Print a number as a C++ stream does."""
    return f"{value:.6g}"


def samples(rng: Random, scale: float, count: int) -> list[int]:
    """Make up times in microseconds: a level, noise, now and then a slow one."""
    level = scale * rng.uniform(0.9, 1.1)
    return [
        max(1, round(level * rng.gauss(1, 0.02) * (rng.uniform(1.5, 4) if rng.random() < 0.03 else 1)))
        for _ in range(count)
    ]


def statistics(times: list[int], *, percentiles: bool) -> str:
    """Print times as the tool sums up a phase."""
    ranked = sorted(times)
    if ranked[0] == ranked[-1]:
        text = f"count={len(times)} curr={times[-1]}" + ("(all same)" if len(times) > 1 else "")
    else:
        mean = sum(times) / len(times)
        std = int(math.sqrt(sum((time - mean) ** 2 for time in times) / len(times)))
        text = (
            f"count={len(times)} first={times[0]} curr={times[-1]} min={ranked[0]} max={ranked[-1]}"
            f" avg={general(mean)} std={std}"
        )
    if percentiles:
        p5, median, p95 = (ranked[int((len(ranked) - 1) * q)] for q in (0.05, 0.5, 0.95))
        text += f" p5={p5} median={median} p95={p95}"
    return text


def truth(warm: list[int], timed: list[int], init: int, *, percentiles: bool) -> Truth:
    """Return what a reader is to find."""
    ranked = sorted(timed)
    mean = sum(timed) / len(timed)
    return {
        "ok": True, "reason": None,
        "avg_us": float(general(mean)), "count": len(timed), "min_us": ranked[0], "max_us": ranked[-1],
        "std_us": int(math.sqrt(sum((time - mean) ** 2 for time in timed) / len(timed))),
        "median_us": ranked[int((len(ranked) - 1) * 0.5)] if percentiles else None,
        "p95_us": ranked[int((len(ranked) - 1) * 0.95)] if percentiles else None,
        "init_us": init, "first_us": warm[0], "warmup_avg_us": float(general(sum(warm) / len(warm))),
        "memory_init_mb": None, "memory_overall_mb": None, "delegate": None, "delegation": "not_stated",
    }  # fmt: skip


def phases(rng: Random, *, percentiles: bool, seconds: str) -> tuple[list[str], Truth, str]:
    """Print both phases, each with its header; give their lines, the true values, the model's name."""
    scale = 10 ** rng.uniform(1.5, 6.7)
    init = rng.randint(300, 9_000_000)
    warm = samples(rng, scale * rng.uniform(1, 3), rng.choice([1, 1, 3, 12, 90]))
    timed = samples(rng, scale, rng.choice([2, 10, 50, 50, 50, 260, 500]))
    while len(set(timed)) == 1:
        timed[-1] += 1
    least = rng.choice([10, 25, 50])
    lines = [
        f"Initialized session in {general(init / 1000)}ms.",
        f"Running benchmark for at least 1 iterations and at least 0.5 seconds{seconds}",
        statistics(warm, percentiles=percentiles),
        "",
        f"Running benchmark for at least {least} iterations and at least 1 seconds{seconds}",
        statistics(timed, percentiles=percentiles),
        "",
    ]
    return (
        lines,
        truth(warm, timed, init, percentiles=percentiles),
        f"/data/local/tmp/m{rng.randint(0, 9999)}.tflite",
    )


def summed(true: Truth) -> str:
    """Print the line that sums a run up, as since 2020."""
    return (
        f"Inference timings in us: Init: {true['init_us']}, First inference: {true['first_us']}, "
        f"Warmup (avg): {general(true['warmup_avg_us'])}, Inference (avg): {general(true['avg_us'])}"
    )


def footprint(rng: Random, true: Truth, words: str) -> list[str]:
    """Print the memory, and note it in the true values."""
    init = 4 * rng.randint(25, 100_000)  # KiB in pages of 4
    overall = init + 4 * rng.randint(0, 22_000)
    true["memory_init_mb"], true["memory_overall_mb"] = (float(general(amount / 1024)) for amount in (init, overall))
    return [NOTE, f"{words} (MB): init={general(init / 1024)} overall={general(overall / 1024)}"]


def oldest(rng: Random) -> tuple[list[str], Truth]:
    """2018 and 2019: no memory, another order in the last line."""
    lines, true, model = phases(rng, percentiles=False, seconds="")
    start = ["STARTING!", "Num runs: [50]", "Num threads: [1]", f"Graph: [{model}]", "Use nnapi : [0]",
             f"Loaded model {model}", "resolved reporter"]  # fmt: skip
    word = rng.choice(["no stats", "Inference"])
    end = (
        f"Average inference timings in us: Warmup: {general(true['warmup_avg_us'])}, "
        f"Init: {true['init_us']}, {word}: {general(true['avg_us'])}"
    )
    return [*start, *lines, end], true


def profiled(rng: Random) -> tuple[list[str], Truth]:
    """2020: GPU in old words, all parameters, and the profiler's tables with statistics of their own."""
    lines, true, model = phases(rng, percentiles=False, seconds=" but terminate if exceeding 150 seconds.")
    true |= {"delegate": "GPU", "delegation": "full"}
    start = ["STARTING!", "Duplicate flags: num_threads", "Min num runs: [50]", f"Graph: [{model}]",
             "Use gpu : [1]", "Use nnapi : [0]", "Use xnnpack : [0]", f"Loaded model {model}",
             "Applied GPU delegate, and the model graph will be completely executed w/ the delegate.",
             "The input model file size (MB): 3.5"]  # fmt: skip
    own = samples(rng, true["avg_us"] * 0.99 + 2, 50)
    tables = [
        "Profiling Info for Benchmark Initialization:",
        "============================== Run Order ==============================",
        "\t             [node type]\t          [start]\t  [first]\t [avg ms]",
        "Timings (microseconds): count=1 curr=997",
        "Memory (bytes): count=0",
        "1 nodes observed",
        "Operator-wise Profiling Info for Regular Benchmark Runs:",
        f"Timings (microseconds): {statistics(own, percentiles=False)}",
    ]
    return [*start, *lines, summed(true), *footprint(rng, true, "Peak memory footprint"), *tables], true


def external(rng: Random) -> tuple[list[str], Truth]:
    """2021: a vendor's delegate on part of the graph, an unknown flag, driver's lines in between."""
    lines, true, model = phases(rng, percentiles=False, seconds=" but terminate if exceeding 150 seconds.")
    true |= {"delegate": "EXTERNAL", "delegation": "partial"}
    start = ["STARTING!", "Unconsumed cmdline flags: --colour=blue", "Log parameter values verbosely: [0]",
             f"Graph: [{model}]", "External delegate path: [/usr/lib/libvendor.so]", f"Loaded model {model}",
             "EXTERNAL delegate created.", "Going to apply 1 delegates one after another.",
             f"{PARTLY} w/ 3 delegate kernels.", "The input model file size (MB): 6.25"]  # fmt: skip
    lines[2:2] = ["[     1] BYTES_READ (MByte): 0.625000", "[     2] CYCLES: 123456"]
    return [*start, *lines, summed(true), *footprint(rng, true, "Peak memory footprint")], true


def informed(rng: Random) -> tuple[list[str], Truth]:
    """Since 2023: INFO ahead of each line, percentiles, XNNPACK by the runtime's choice."""
    lines, true, model = phases(rng, percentiles=True, seconds=" but terminate if exceeding 150 seconds.")
    taken, all_nodes = rng.choice([(64, 64), (60, 64)])
    replaced = f"Replacing {taken} out of {all_nodes} node(s) with delegate (TfLiteXNNPackDelegate) node"
    true |= {"delegate": "XNNPACK", "delegation": "full" if taken == all_nodes else "partial"}
    start = ["STARTING!", "Log parameter values verbosely: [0]", "Num threads: [4]", f"Graph: [{model}]",
             "Signature to run: []", "Use gpu: [0]", f"Loaded model {model}",
             "Created TensorFlow Lite XNNPACK delegate for CPU.",
             f"{replaced}, yielding 1 partitions for subgraph 0.",
             "The input model file size (MB): 16.5"]  # fmt: skip
    end = footprint(rng, true, "Memory footprint delta from the start of the tool")
    body = [*start, *lines, summed(true), *end]
    return [f"INFO: {line}" if line else "" for line in body], true


def logged(rng: Random) -> tuple[list[str], Truth]:
    """The app's output by logcat, brief or with threads: no STARTING."""
    lines, true = informed(rng)
    brief, number, indent = rng.random() < 0.5, rng.randint(1000, 30000), " " * rng.choice([0, 4])
    start = f"{number} {number} I tflite  : " if not brief else f"I/tflite  ({number:5}): "
    stamped = [
        f"{indent}03-{day + 10} 11:22:33.{day + 444} {start}{line.removeprefix('INFO: ')}"
        for day, line in enumerate(lines[1:])
        if line
    ]
    return stamped, true


def runtime(rng: Random) -> tuple[list[str], Truth]:
    """LiteRT: where each line was said, absl's prefixes, a block in place of the last line."""
    lines, true, model = phases(rng, percentiles=True, seconds=" but terminate if exceeding 150 seconds.")
    true |= {"delegate": "XNNPACK", "init_us": true["init_us"] if true["init_us"] < 10**6 else None,
              "memory_init_mb": 5.25, "memory_overall_mb": 7.5}  # fmt: skip
    start = ["STARTING!", "Log parameter values verbosely: [0]",
             f"[litert/tools/b.cc:137] Loading model from: {model}",
             "Created TensorFlow Lite XNNPACK delegate for CPU."]  # fmt: skip
    where = "[./litert/tools/b.h:7] "
    warmups = lines[2].removeprefix("count=").split()[0]
    end = [f"{where}", f"{where}Warmup (avg):         0.95 ms ({warmups} runs)",
           f"{where}Inference (avg):      0.95 ms ({true['count']} runs)",
           f"{where}Init footprint:       5.25 MB", f"{where}Overall footprint:    7.50 MB"]  # fmt: skip
    body = [f"INFO: {line}" if line else "" for line in [*start, *lines, *end]]
    return [
        *body[:3],
        "I0000 00:00:1758455104.504065   62590 accelerator.cc:51] Accelerator",
        *body[3:],
    ], true


FORMS: tuple[Form, ...] = (oldest, profiled, external, informed, logged, runtime)
