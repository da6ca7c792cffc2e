"""What the report says, whatever it is written in: the page and the Markdown show the same."""

from litemill.report import official, phones, provenance, shipped, tables
from litemill.report.results import Results


def facts(results: Results) -> dict[str, object]:
    """Give what both templates show, by the names that they know it by."""
    files = [one for section in results.sections for one in section.ours]
    return {
        "results": results,
        "files": files,
        "failing": [one for one in files if one.failing],
        "machines": provenance.machines(results),
        "pictures": provenance.pictures(results),
        "sources": provenance.sources(results),
        "graphs": provenance.graphs(results),
        "weighed": shipped.weighed(results),
        "savings": shipped.savings(results),
        "official": official.against(results),
        "end_to_end": tables.end_to_end(results),
        "handsets": phones.handsets(results),
        "remarks": phones.remarks(results),
        "wide_percent": round(100 * tables.WIDE_SPREAD),
    }
