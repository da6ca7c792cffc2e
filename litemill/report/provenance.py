"""Where everything comes from: sources, graphs, files, pictures, machines."""

from collections.abc import Mapping

from litemill.analysis.results import Results, Section
from litemill.render.table import Row, Table, numbers, words
from litemill.report.tables import NONE, stems, title

# of a SHA-256: enough to tell files apart
DIGITS = 12
MOST_OPS = 6
# what a graph holds beside the work itself
PLUMBING = ("Const", "Identity", "NoOp", "Placeholder")


def sources(results: Results) -> Table:
    """Return each source: where it came from, whether it is upstream's own file, its licence, its note."""
    rows = []
    for name, fetched in results.fetched.items():
        entry = fetched.entry
        note = entry.note if fetched.rebuilt else ""
        own = "no, rebuilt" if fetched.rebuilt else "yes"
        cells = (name, fetched.origin, own, f"{fetched.size_bytes:,}", digits(fetched.sha256), entry.licence)
        rows.append(Row((*cells, entry.dataset or NONE, note or NONE)))
    columns = words("source", "origin", "upstream's own file") + numbers("bytes")
    return Table(columns + words("SHA-256", "licence", "trained on", "note"), tuple(rows))


def graphs(results: Results) -> Table:
    """Return each network's frozen, cut graph: what enters and leaves it, parameters, operations."""
    rows = []
    for section in results.sections:
        graph = section.frozen
        inputs = ", ".join(f"{tensor.role} {_shape(tensor.shape)}" for tensor in graph.inputs)
        output = f"{graph.output.role} {_shape(graph.output.shape)}"
        cells = (section.name, graph.settings.source, inputs, output, f"{graph.parameters:,}", operations(graph.ops))
        rows.append(Row((*cells, digits(graph.sha256))))
    columns = words("network", "source", "inputs", "output") + numbers("parameters")
    return Table(columns + words("operations", "SHA-256"), tuple(rows))


def contents(section: Section) -> Table:
    """Return what a network's files hold: how they are quantized, types of inputs and output, operations."""
    rows = []
    for one in section.results:
        cells: tuple[str, ...] = (NONE, NONE, NONE, NONE)
        if one.built is not None:
            both = (one.built.inputs, one.built.outputs)
            types = (", ".join(dict.fromkeys(tensor.dtype for tensor in tensors)) for tensors in both)
            cells = (one.built.quantize, *types, operations(one.built.ops))
        rows.append(Row((title(one), *cells, digits(one.judged.sha256)), one.failing))
    return Table(words("file", "quantized", "inputs", "output", "operations", "SHA-256"), tuple(rows))


def pictures(results: Results) -> Table:
    """Return the pictures that calibrate and those that judge, networks with the same ones together."""
    networks: dict[tuple[str, str], list[str]] = {}
    for section in results.sections:
        both = (_described(section.sampled.calibration), _described(section.sampled.evaluation))
        networks.setdefault(both, []).append(section.name)
    rows = tuple(Row((", ".join(names), *both)) for both, names in networks.items())
    return Table(words("networks", "calibrated on", "judged on"), rows)


def machines(results: Results) -> dict[str, tuple[str, ...]]:
    """Return each machine in words, with the networks that were timed on it."""
    found: dict[str, tuple[str, ...]] = {}
    for section in results.sections:
        one = section.benchmarked.machine
        features = f" ({', '.join(one.features)})" if one.features else ""
        said = f"{one.cpu}{features}, {one.cores} cores, {one.memory_gb} GB, {one.system}, LiteRT {one.litert}"
        found[said] = (*found.get(said, ()), section.name)
    return found


def operations(ops: Mapping[str, int]) -> str:
    """Count operations, plumbing left out, and name the most frequent."""
    work = {name: count for name, count in ops.items() if name not in PLUMBING}
    frequent = sorted(work, key=lambda name: (-work[name], name))
    named = ", ".join(f"{work[name]} {name}" for name in frequent[:MOST_OPS])
    return f"{sum(work.values())}: {named}{', ...' if len(frequent) > MOST_OPS else ''}"


def digits(sha256: str) -> str:
    """Shorten a SHA-256."""
    return sha256[:DIGITS]


def _shape(shape: tuple[int, ...]) -> str:
    """Write a shape without its batch axis."""
    return "x".join(map(str, shape[1:]))


def _described(samples: tuple[str, ...]) -> str:
    """Name the pictures of samples; of pairs, contents and styles apart."""
    names = [stems(name).split(" + ") for name in samples]
    halves = [", ".join(dict.fromkeys(half)) for half in zip(*names, strict=True)]
    return f"{len(samples)}: {halves[0]}" if len(halves) == 1 else f"{len(samples)} pairs of {' with '.join(halves)}"
