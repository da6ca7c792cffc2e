"""The report's tables of how the files run: what delegates take of them, and what the graph's rewrites did."""

from litemill import figures
from litemill.analysis.results import Section
from litemill.records.artifact import Delegation, Facts
from litemill.records.cost import TimedVariant
from litemill.render.table import Row, Table, numbers, words
from litemill.report import tables

# of each variant of a graph
FACTS = ("operators", "multiply_adds")


def delegation(section: Section) -> Table:
    """Return for each file what XNNPACK leaves to the plain kernels, as measured, and a GPU delegate, by its rules."""
    rows = []
    for one in section.results:
        xnnpack, gpu = one.facts.of("xnnpack"), one.facts.of("gpu")
        cells = (tables.title(one), str(xnnpack.partitions), _left(xnnpack), _left(gpu))
        rows.append(Row(cells, one.failing))
    columns = words("file") + numbers("XNNPACK partitions")
    return Table(columns + words("left out by XNNPACK", "refused by the GPU delegate's rules"), tuple(rows))


def rewriting(section: Section) -> Table | None:
    """Return what the rewrites do, each alone and all together, in float32 on one thread; None where there are none."""
    variants = section.rewriting.variants
    if not variants:
        return None
    first = variants[0]
    told = section.variant_facts.facts
    rows = tuple(Row(_variant(one, first, told[one.sha256])) for one in variants)
    columns = words("rewrites", "places") + numbers(
        *(
            "PSNR to the graph as cut, dB",
            "largest error, share of the range",
            "bytes",
            *(figures.of(name).heading for name in FACTS),
        ),
        *("XNNPACK partitions", "median, ms (spread)", "ratio", figures.of("peak_memory_mb").heading),
    )
    return Table(columns, rows)


def unmatched(section: Section) -> list[str]:
    """Say which rewrites found no place in a network, and why."""
    return [f"{one.name}: {one.note}" for one in section.frozen.rewrites if not one.places]


def _left(delegation: Delegation) -> str:
    """Say what a delegate leaves to the plain kernels."""
    return "; ".join(one.text for one in delegation.refused) or "nothing"


def _variant(one: TimedVariant, first: TimedVariant, told: Facts) -> tuple[str, ...]:
    places = ", ".join(f"{name}: {count}" for name, count in one.rewrites.items()) or tables.NONE
    proof = (tables.NONE, tables.NONE)
    if one.psnr_db is not None and one.max_error is not None:
        proof = (f"{one.psnr_db:.1f}", f"{one.max_error:.2g}")
    latency = one.latency
    timed = f"{figures.amount(latency.median_ms)} ({100 * latency.spread:.0f} %)"
    facts = (figures.write(name, told.figures[name]) for name in FACTS)
    cells = (f"{one.size_bytes:,}", *facts, str(told.of("xnnpack").partitions))
    ratio = f"{latency.median_ms / first.latency.median_ms:.2f}"
    return (
        one.name,
        places,
        *proof,
        *cells,
        timed,
        ratio,
        figures.write("peak_memory_mb", one.figures["peak_memory_mb"]),
    )
