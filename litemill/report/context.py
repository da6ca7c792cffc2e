"""What the report says, whatever it is written in, and the small summary that git keeps."""

from collections.abc import Mapping

from litemill import figures
from litemill.analysis.results import Result, Results
from litemill.figures import Figure
from litemill.report import devices, official, provenance, recommended, tables


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


def summary(results: Results) -> dict[str, dict[str, Values]]:
    """Return all figures but details, and the verdict (`within_tolerance`: 1), by network and recipe."""
    return {section.name: {one.name: _values(one) for one in section.ours} for section in results.sections}


def listed(results: Results) -> dict[str, list[dict[str, float | str]]]:
    """Return the same as a table, for `dvc plots`: one row an artifact, its task's main figure as `accuracy`."""
    found: list[dict[str, float | str]] = []
    for section in results.sections:
        for one in section.ours:
            values = _values(one)
            accuracy = one.judged.metrics[figures.main(one.judged.metrics)]
            known = {name: values[name] for name in ("size_bytes", "latency_1_thread_ms") if name in values}
            found.append({"artifact": f"{section.name}/{one.name}", "accuracy": accuracy, **known})
    return {"artifacts": found}


def _values(result: Result) -> Values:
    known = result.figures
    found = {
        _summarized(one): known[one.name]
        for one in figures.FIGURES.values()
        if one.name in known and one.kind != "detail"
    }
    return {"within_tolerance": int(not result.failing)} | found


def _summarized(figure: Figure) -> str:
    """Name a figure in the summary, where that of several places is of one thread of the host."""
    return f"{figure.name.removesuffix('_ms')}_1_thread_ms" if figure.places else figure.name
