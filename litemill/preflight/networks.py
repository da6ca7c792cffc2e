"""Faults of networks: classes without names, too few pictures to calibrate with, sources that can't be had."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from litemill import figures
from litemill.dvc import files as stages
from litemill.ground import project
from litemill.ground.errors import LitemillError, SettingsError
from litemill.records.graph import Frozen
from litemill.settings import label_names
from litemill.settings.catalog import Catalog
from litemill.settings.params import Params
from litemill.sources import files
from litemill.tasks.registry import task_of

REMOTE = (Path(".dvc/config"), Path(".dvc/config.local"))


def names_of_classes(
    params: Params, catalog: Catalog
) -> tuple[dict[str, tuple[str, ...]], list[LitemillError]]:  # fmt: skip
    """Return the class names of each segmentation source, and the faults of those that have none, or not theirs."""
    found: dict[str, tuple[str, ...]] = {}
    bad: dict[str, LitemillError] = {}
    for network, settings in params.networks.items():
        source = settings.source
        if task_of(settings).answer != "labels" or source in bad:
            continue
        try:
            found[source] = found.get(source) or label_names.load(source, catalog[source])
            count = _classes(network, source)
            if count is not None:
                label_names.require(source, catalog[source], found[source], count)
        except SettingsError as error:
            bad[source] = error
    return {source: names for source, names in found.items() if source not in bad}, list(bad.values())


def _classes(network: str, source: str) -> int | None:
    """Return how many classes a network has, from what `freeze` left of it; None where that is not at hand."""
    try:
        record = msgspec.json.decode(project.record("freeze", network).read_bytes(), type=Frozen)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    same = record.settings.source == source and task_of(record.settings).answer == "labels"
    return record.output.shape[-1] if same else None


def baselines(params: Params, catalog: Catalog, names: Mapping[str, tuple[str, ...]]) -> Iterator[LitemillError]:
    """Find official files of other classes than the network that they are measured beside."""
    for network, settings in params.networks.items():
        wanted = names.get(settings.source)
        for baseline in settings.baselines if wanted else ():
            labels = catalog[baseline].labels
            if labels and label_names.load(baseline, catalog[baseline]) != wanted:
                yield SettingsError(
                    f"{project.PARAMS}: networks.{network}.baselines: {baseline} has other classes",
                    expected=catalog[settings.source].labels, got=labels, remedy="name another, or none",
                )  # fmt: skip


def calibration(params: Params) -> Iterator[LitemillError]:
    """Find recipes that calibrate with more inputs than the pictures of a network give."""
    for network, settings in params.networks.items():
        given = len(task_of(settings).samples(params.images, "calibration"))
        for name in params.built_with(network):
            wanted = params.recipes[name].calibration_samples
            if wanted is not None and wanted > given:
                yield SettingsError(
                    f"{project.PARAMS}: recipes.{name}.calibration_samples: too few pictures for networks.{network}",
                    expected=f"at most {given}", got=wanted, remedy="add pictures to images, or lower it",
                )  # fmt: skip


def budgets(params: Params) -> Iterator[SettingsError]:
    """Find budgets on a figure that nobody measures of their network."""
    costs = [name for name, figure in figures.budgeted().items() if figure.kind == "cost"]
    for name, budget in params.budgets.items():
        network = (budget.artifact or "").partition("/")[0]
        wanted = [params.networks[network]] if network else params.networks.values()
        measured = dict.fromkeys([*costs, *(figure for one in wanted for figure in task_of(one).figures)])
        if budget.figure not in measured:
            yield SettingsError(
                f"{project.PARAMS}: budgets.{name}.figure: is not measured of {network or 'any network'}",
                expected=", ".join(measured), got=budget.figure, remedy="name another figure",
            )  # fmt: skip


def sources(params: Params, catalog: Catalog) -> Iterator[LitemillError]:
    """Find sources that have to be on this machine and are not.

    What was fetched before is left out, since DVC's cache may have it; where a remote is set, all are.
    """
    if any("remote" in path.read_text(encoding="utf-8") for path in REMOTE if path.is_file()):
        return
    fetched = {*stages.locked(project.ROOT)}
    told: set[str] = set()
    for name in params.fetch:
        if f"fetch@{name}" not in fetched:
            for half, entry in catalog[name].halves().items():
                try:
                    files.find(entry, f"{name}.{half}" if half else name, params.source)
                except LitemillError as error:
                    if str(error) not in told:  # a mirror folder that is not there is no fault of each source
                        yield error
                    told.add(str(error))
