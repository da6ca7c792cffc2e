"""The small summary that git keeps, for `dvc metrics diff`."""

from collections.abc import Mapping

from litemill.core.recipe import Tolerance
from litemill.report import measures
from litemill.report.results import Result, Results

Values = Mapping[str, float]

# the figures that a tolerance may be given for
ACCURACY = Tolerance.__struct_fields__


def summary(results: Results) -> dict[str, dict[str, Values]]:
    """Give size, accuracy, latency at one thread and verdict (1: within) by network and recipe."""
    return {section.name: {one.name: _values(one) for one in section.ours} for section in results.sections}


def listed(results: Results) -> dict[str, list[dict[str, float | str]]]:
    """Give the same as a table, for `dvc plots`: one row an artifact, its task's main figure as `accuracy`."""
    found: list[dict[str, float | str]] = []
    for section in results.sections:
        for one in section.ours:
            values = _values(one)
            accuracy = one.judged.metrics[measures.main(one.judged.metrics)]
            known = {name: values[name] for name in ("size_bytes", "latency_1_thread_ms") if name in values}
            found.append({"artifact": f"{section.name}/{one.name}", "accuracy": accuracy, **known})
    return {"artifacts": found}


def _values(result: Result) -> Values:
    metrics = result.judged.metrics
    values: dict[str, float] = {
        "size_bytes": result.judged.size_bytes,
        "within_tolerance": int(not result.failing),
    }
    one = result.latency(1)
    if one is not None:
        values["latency_1_thread_ms"] = one.median_ms
    return values | {name: metrics[name] for name in ACCURACY if name in metrics}
