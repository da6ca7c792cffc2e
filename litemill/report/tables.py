"""The report's tables of figures: accuracy, size and what the files cost."""

from collections.abc import Iterable, Iterator, Mapping

from litemill import figures
from litemill.analysis.results import Result, Results, Section
from litemill.records.accuracy import Pair
from litemill.render.table import Row, Table, numbers, words

# beyond this share of the median, a latency's spread makes it doubtful
WIDE_SPREAD = 0.05
NONE = "-"
SIZE = "size_bytes"
# columns of the overview that a terminal has no room for
DETAILS = tuple(one.heading for one in figures.costs(places=False) if one.overview and one.name != SIZE)


def overview(results: Results) -> Table:
    """Return every artifact in a line: bytes, accuracy, what it costs on the host, verdict."""
    counts = results.params.benchmark.threads
    shown = [one for one in figures.costs(places=False) if one.heading in DETAILS]
    rows = []
    for section in results.sections:
        for one in section.ours:
            near = figures.sentence(one.judged.metrics)
            times = (latency(one, count) for count in counts)
            costs = (_figure(one.figures, figure.name) for figure in shown)
            cells = (section.name, one.name, size(one), near, *times, *costs, verdict(one))
            rows.append(Row(cells, one.failing))
    timed = (f"{threads(count)}, ms (spread)" for count in counts)
    columns = words("network", "recipe") + numbers("bytes", "accuracy against the original", *timed)
    return Table(columns + numbers(*(one.heading for one in shown)) + words("verdict"), tuple(rows))


def accuracy(section: Section) -> Table:
    """Return all figures of a network's files against the original, its baselines among them."""
    names = figures.ordered(name for one in section.results for name in one.judged.metrics)
    rows = []
    for one in section.results:
        near = (_figure(one.judged.metrics, name) for name in names)
        cells = (title(one), size(one), *near, worst(one.judged.pictures), verdict(one))
        rows.append(Row(cells, one.failing))
    titles = (figures.of(name).heading for name in names)
    return Table(words("file") + numbers("bytes", *titles) + words("worst picture", "verdict"), tuple(rows))


def cost(section: Section) -> Table:
    """Return what a network's files cost: on the host at each number of threads, and what is one value a file."""
    counts = sorted({time.threads for one in section.results for time in one.measured.latency})
    measured = {name for one in section.results for name in one.figures} - {SIZE}
    plain = [figure for figure in figures.costs(places=False) if figure.name in measured]
    each = (*(figure.heading for figure in figures.costs(places=True)), "spread")
    timed = (f"{threads(count)}: {what}" for count in counts for what in each)
    rows = []
    for one in section.results:
        times = (cell for count in counts for cell in _times(one, count))
        costs = (_figure(one.figures, figure.name) for figure in plain)
        rows.append(Row((title(one), *times, *costs), one.failing))
    return Table(words("file") + numbers(*timed, *(figure.heading for figure in plain)), tuple(rows))


def truth(section: Section) -> Table | None:
    """Return the IoU with the ground truth by class, the original's own first; None without a ground truth."""
    if not section.original:
        return None
    classes = tuple(section.original)
    original = Row(("original", *_scores(section.original, classes)))
    rows = (Row((title(one), *_scores(one.judged.class_iou, classes)), one.failing) for one in section.results)
    return Table(words("file") + numbers(*classes), (original, *rows))


def end_to_end(results: Results) -> Table | None:
    """Return the pairs of predict and transfer files against the original's pictures; None without pairs."""
    files = {section.name: {one.name: one for one in section.results} for section in results.sections}
    pairs = [(paired, pair) for paired in results.paired for pair in paired.pairs]
    names = figures.ordered(name for _, pair in pairs for name in pair.metrics)
    rows = []
    for paired, pair in pairs:
        first, _, second = pair.name.partition(" + ")
        both = (files[paired.predict][first], files[paired.transfer][second or first])
        near = (_figure(pair.metrics, name) for name in names)
        cells = (f"{paired.predict} + {paired.transfer}", _pair_title(pair), f"{pair.size_bytes:,}")
        failing = any(one.failing for one in both)
        rows.append(Row((*cells, *near, worst(pair.pictures), _sum_ms(both)), failing))
    titles = (figures.of(name).heading for name in names)
    columns = words("networks", "files") + numbers("bytes", *titles) + words("worst picture")
    return Table(columns + numbers("1 thread, ms"), tuple(rows)) if rows else None


def title(result: Result) -> str:
    """Name a file, an official one marked."""
    return f"{result.name} (official)" if result.official else result.name


def size(result: Result) -> str:
    """Write a file's bytes in groups of three digits."""
    return f"{result.judged.size_bytes:,}"


def threads(count: int) -> str:
    """Write a number of threads."""
    return f"{count} thread{'s' if count > 1 else ''}"


def latency(result: Result, count: int) -> str:
    """Write median and spread of a file's latency at a number of threads; `~` marks a wide spread."""
    one = result.latency(count)
    if one is None:
        return NONE
    doubt = "~" if one.spread > WIDE_SPREAD else ""
    return f"{doubt}{figures.amount(one.median_ms)} ({100 * one.spread:.0f} %)"


def verdict(result: Result) -> str:
    """Say whether a file is within its tolerance, and what is outside."""
    if result.verdict is None:
        return NONE
    outside = []
    for one in result.verdict.failures:
        value, least = (figures.write(one.metric, number) for number in (one.value, one.tolerance))
        outside.append(f"{figures.of(one.metric).heading} {value}, least {least}")
    return f"outside: {'; '.join(outside)}" if outside else "within"


def worst(pictures: Mapping[str, Mapping[str, float]]) -> str:
    """Name the picture with the least of the main figure, and that figure."""
    name = figures.worst(pictures)
    key = figures.main(pictures[name])
    return f"{stems(name)}: {figures.write(key, pictures[name][key])}"


def stems(sample: str) -> str:
    """Name a sample by its pictures, without folders and endings."""
    return " + ".join(name.rpartition("/")[2].rpartition(".")[0] or name for name in sample.split(" + "))


def _figure(metrics: Mapping[str, float], name: str) -> str:
    return figures.write(name, metrics[name]) if name in metrics else NONE


def _times(result: Result, count: int) -> Iterator[str]:
    """Write what is measured at a number of threads, and its spread."""
    one = result.latency(count)
    for figure in figures.costs(places=True):
        yield _figure(one.figures if one else {}, figure.name)
    yield f"{100 * one.spread:.1f} %" if one else NONE


def _scores(scores: Mapping[str, float], classes: Iterable[str]) -> tuple[str, ...]:
    return tuple(figures.floored(scores[name], 3) if name in scores else NONE for name in classes)


def _pair_title(pair: Pair) -> str:
    return f"{pair.name} (official)" if pair.baseline else pair.name


def _sum_ms(results: Iterable[Result]) -> str:
    """Add up medians at one thread, where all have one."""
    found = [one.latency(1) for one in results]
    return figures.amount(sum(one.median_ms for one in found if one)) if all(found) else NONE
