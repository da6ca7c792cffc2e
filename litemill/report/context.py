"""What the report says, whatever it is written in, and the small summary that git keeps."""

from collections.abc import Mapping

from litemill.analysis.results import Result, Results
from litemill.report import devices, measures, official, provenance, recommended, tables
from litemill.settings.recipe import Tolerance


def facts(results: Results) -> dict[str, object]:
    """Return what both templates show, by the names that they know it by."""
    files = [one for section in results.sections for one in section.ours]
    return {
        "results": results,
        "files": files,
        "failing": [one for one in files if one.failing],
        "machines": provenance.machines(results),
        "pictures": provenance.pictures(results),
        "sources": provenance.sources(results),
        "graphs": provenance.graphs(results),
        "weighed": recommended.weighed(results),
        "savings": recommended.savings(results),
        "official": official.against(results),
        "end_to_end": tables.end_to_end(results),
        "handsets": devices.handsets(results),
        "remarks": devices.remarks(results),
        "wide_percent": round(100 * tables.WIDE_SPREAD),
    }


Values = Mapping[str, float]


# the figures that a tolerance may be given for
ACCURACY = Tolerance.__struct_fields__


def summary(results: Results) -> dict[str, dict[str, Values]]:
    """Return size, accuracy, latency at one thread and verdict (1: within) by network and recipe."""
    return {section.name: {one.name: _values(one) for one in section.ours} for section in results.sections}


def listed(results: Results) -> dict[str, list[dict[str, float | str]]]:
    """Return the same as a table, for `dvc plots`: one row an artifact, its task's main figure as `accuracy`."""
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
