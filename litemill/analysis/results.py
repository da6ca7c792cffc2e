"""Everything that the records say of each TFLite file at hand, joined by SHA-256."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from litemill.figures import FIGURES
from litemill.ground import io, project
from litemill.ground.errors import RecordError
from litemill.records import store
from litemill.records.accuracy import Gate, Judged, Pair, Paired, Validated, Verdict
from litemill.records.artifact import Converted, Facts, VariantFacts
from litemill.records.cost import Benchmarked, Latency, Measured, Rewriting
from litemill.records.device import DeviceRecord
from litemill.records.graph import Frozen, Referenced, Sampled
from litemill.records.recommendation import Recommended
from litemill.records.source import Fetched
from litemill.settings.catalog import Entry
from litemill.settings.network import Network
from litemill.settings.params import Params

One = TypeVar("One", Judged, Measured)


GATE = project.RECORDS / "gate.json"


REMEDY = "run: dvc repro"


class Result(msgspec.Struct, frozen=True):
    """One TFLite file: how near to the original, what it costs; `built` and `verdict` for ours only."""

    name: str
    path: Path
    judged: Judged
    measured: Measured
    built: Converted | None = None
    verdict: Verdict | None = None

    @property
    def official(self) -> bool:
        """Whether it is an official file, measured beside ours."""
        return self.built is None

    @property
    def facts(self) -> Facts:
        """What holds of it wherever it runs."""
        return self.built.facts if self.built else self.judged.facts or Facts()

    @property
    def failing(self) -> bool:
        """Whether it is outside its recipe's tolerance."""
        return self.verdict is not None and bool(self.verdict.failures)

    @property
    def figures(self) -> dict[str, float]:
        """Its figures by the names of `litemill.figures`, latency on one thread of the host."""
        timed = self.latency(1)
        return {
            "size_bytes": self.judged.size_bytes,
            **self.judged.metrics,
            **self.facts.figures,
            **self.measured.figures,
            **(timed.figures if timed else {}),
        }

    def latency(self, threads: int) -> Latency | None:
        """Return what was timed at a number of threads, if it was."""
        return next((one for one in self.measured.latency if one.threads == threads), None)


class Section(msgspec.Struct, frozen=True):
    """One network: its graph, pictures and files, ours in the recipes' order, then the official ones."""

    name: str
    settings: Network
    entry: Entry
    frozen: Frozen
    sampled: Sampled
    referenced: Referenced
    benchmarked: Benchmarked
    validated: Validated
    rewriting: Rewriting
    variant_facts: VariantFacts
    results: tuple[Result, ...]
    recommended: Recommended

    @property
    def original(self) -> dict[str, float]:
        """The original's own IoU with the ground truth by class."""
        return self.validated.original

    @property
    def ours(self) -> tuple[Result, ...]:
        """The files that were built here."""
        return tuple(result for result in self.results if not result.official)


class Results(msgspec.Struct, frozen=True):
    """All networks, the pairs of predict and transfer files, the sources, what devices gave by target and network."""

    params: Params
    sections: tuple[Section, ...]
    paired: tuple[Paired, ...]
    fetched: dict[str, Fetched]
    phoned: dict[str, dict[str, DeviceRecord]]


def load(params: Params) -> Results:
    """Join the records of all networks in `params`; RecordError where one is missing or of another file."""
    verdicts = store.load(GATE, Gate).verdicts
    fetched = {name: store.load(project.record("fetch", name), Fetched) for name in params.fetch}
    sections = tuple(
        _section(name, params, {one.recipe: one for one in verdicts if one.network == name}) for name in params.networks
    )
    by_name = {section.name: section for section in sections}
    paired = tuple(_paired(by_name[transfer], by_name[predict]) for transfer, predict in params.bottleneck_from.items())
    phoned = {target: _phoned(target, params) for target in params.targets}
    return Results(params, sections, paired, fetched, phoned)


def _phoned(target: str, params: Params) -> dict[str, DeviceRecord]:
    """Return what was taken on a target by network, as far as there is something, whatever files it is of."""
    at = {network: project.phoned(target, network) for network in params.networks}
    return {network: store.load(path, DeviceRecord) for network, path in at.items() if path.exists()}


def _section(name: str, params: Params, verdicts: Mapping[str, Verdict]) -> Section:
    """Join the records of one network."""
    found = store.artifacts(name)
    built = {recipe: found[recipe] for recipe in params.built_with(name) if recipe in found}
    at_hand = {recipe: project.artifact(name, recipe) for recipe in built} | project.baselines(name)
    hashes = {one: built[one].sha256 if one in built else io.sha256(path) for one, path in at_hand.items()}
    validate, benchmark = project.record("validate", name), project.record("benchmark", name)
    validated, benchmarked = store.load(validate, Validated), store.load(benchmark, Benchmarked)
    sampled = store.load(project.record("samples", name), Sampled)
    judged = _joined(validate, validated.artifacts, hashes)
    measured = _joined(benchmark, benchmarked.artifacts, hashes)
    for recipe, record in built.items():
        verdict = verdicts.get(recipe)
        _same(GATE, f"{name} {recipe}", record.sha256, verdict.sha256 if verdict else None)
    recommended = _recommended(name, hashes)
    for one in judged.values():
        _same_pictures(validate, one, sampled)
    results = tuple(
        Result(one, path, judged[one], measured[one], built.get(one), verdicts.get(one) if one in built else None)
        for one, path in at_hand.items()
    )
    frozen = store.load(project.record("freeze", name), Frozen)
    rewriting = store.load(project.record("rewriting", name), Rewriting)
    told = project.record("variant_facts", name)
    variant_facts = store.load(told, VariantFacts)
    for timed in rewriting.variants:
        _same(told, timed.name, timed.sha256, timed.sha256 if timed.sha256 in variant_facts.facts else None)
    referenced = store.load(project.record("reference", name), Referenced)
    for result in results:
        _registered(benchmark, result)
    known = (frozen, sampled, referenced, benchmarked, validated, rewriting, variant_facts)
    return Section(name, params.networks[name], frozen.entry, *known, results, recommended)


def _recommended(name: str, hashes: Mapping[str, str]) -> Recommended:
    """Return what is shipped of a network, files that are gone left out; RecordError where it is of other files."""
    path = project.record("recommend", name)
    choices = []
    for choice in store.load(path, Recommended).choices:
        at_hand = tuple(one for one in choice.candidates if one.recipe in hashes)
        for one in at_hand:
            _same(path, one.recipe, hashes[one.recipe], one.sha256)
        if choice.recipe:
            _same(path, choice.recipe, hashes.get(choice.recipe, "no such file"), choice.sha256)
        choices.append(msgspec.structs.replace(choice, candidates=at_hand))
    return Recommended(name, tuple(choices))


def _joined(path: Path, entries: Iterable[One], hashes: Mapping[str, str]) -> dict[str, One]:
    """Return a record's entries of the files at hand; one that is missing or of another file is an error."""
    by_name = {entry.name: entry for entry in entries}
    for name, sha256 in hashes.items():
        _same(path, name, sha256, by_name[name].sha256 if name in by_name else None)
    return {name: by_name[name] for name in hashes}


def _same(path: Path, name: str, at_hand: str, recorded: str | None) -> None:
    """Raise RecordError unless a record speaks of the file at hand."""
    if recorded != at_hand:
        raise RecordError(f"{path}: speaks of another {name} than the one at hand", expected=at_hand[:12],
                          got=recorded[:12] if recorded else "no entry", remedy=REMEDY)  # fmt: skip


def _registered(path: Path, one: Result) -> None:
    """Raise RecordError where a record has a figure that no table would show."""
    if one.official and one.judged.facts is None:
        raise RecordError(f"{path}: says nothing of {one.name} but its accuracy", remedy=REMEDY)
    stray = sorted(set(one.figures) - set(FIGURES))
    if stray:
        raise RecordError(f"{path}: {one.name} has figures that are not registered", got=", ".join(stray),
                          remedy="add them to FIGURES in litemill/figures.py, or run: dvc repro")  # fmt: skip


def _same_pictures(path: Path, one: Judged | Pair, sampled: Sampled) -> None:
    """Raise RecordError unless a file was judged on the samples at hand."""
    if set(one.pictures) != set(sampled.evaluation):
        expected, got = ", ".join(sampled.evaluation), ", ".join(one.pictures) or "none"
        raise RecordError(f"{path}: {one.name} was judged on other pictures", expected=expected, got=got, remedy=REMEDY)


def _paired(transfer: Section, predict: Section) -> Paired:
    """Return the pairs of files at hand; RecordError where a pair is of other files."""
    path = project.record("endtoend", transfer.name)
    paired = store.load(path, Paired)
    wanted = {
        f"{first.name} + {second.name}" if first.official else first.name: (first, second)
        for first in predict.results
        for second in transfer.results
        if first.name == second.name or (first.official and second.official)
    }
    by_name = {pair.name: pair for pair in paired.pairs}
    for name, (first, second) in wanted.items():
        pair = by_name.get(name)
        _same(path, f"{name} ({predict.name})", first.judged.sha256, pair.predict_sha256 if pair else None)
        _same(path, f"{name} ({transfer.name})", second.judged.sha256, pair.transfer_sha256 if pair else None)
        _same_pictures(path, by_name[name], transfer.sampled)
    return Paired(paired.transfer, paired.predict, tuple(by_name[name] for name in wanted))
