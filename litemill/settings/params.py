"""Typed view of `params.yaml`: everything that a user changes."""

from litemill.ground.errors import SettingsError
from litemill.ground.project import PARAMS
from litemill.settings import budgets as budget_rules
from litemill.settings import names, reader
from litemill.settings.benchmark import Benchmark
from litemill.settings.budgets import Budget
from litemill.settings.build import Name
from litemill.settings.catalog import Catalog
from litemill.settings.catalog import load as load_catalog
from litemill.settings.devices import Configuration, Measuring
from litemill.settings.gallery import Composition
from litemill.settings.images import Images
from litemill.settings.network import Network
from litemill.settings.recipe import Recipe
from litemill.settings.recommend import TARGETS, Recommend
from litemill.settings.workers import Limits


class Params(Measuring, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole of `params.yaml`.

    Parameters
    ----------
    source
        Where sources come from: `embedded`, `upstream`, a mirror folder or an http(s) address.
    fetch
        Entries of the catalogue to have at hand: every source and baseline that a network names.
    networks
        What is built, by name.
    recipes
        How, by name; every network is built with every recipe unless it says otherwise.
    recipes_off
        Recipes that are kept but not built; move one to `recipes` to switch it on.
    bottleneck_from
        Transfer network to the predict network that feeds it end to end.
    images
        Which pictures calibrate, and which judge.
    benchmark
        How latency is measured on the host.
    gallery
        What the report shows that the networks are for.
    targets
        Devices to measure on as well, by name.
    tool
        The benchmark tool for them, by ABI.
    recommend
        Which files are shipped.
    budgets
        What files may cost, or must reach; `make check` fails where one is not kept.
    limits
        What a unit of work may take, where the build is spread over several workers.
    styles
        Folder of the pictures whose bottlenecks are shipped as a style pack.

    Examples
    --------
    >>> import litemill
    >>> isinstance(litemill.load_params(), litemill.Params)
    True
    """

    source: str
    fetch: tuple[str, ...]
    recipes: dict[Name, Recipe]
    images: Images
    benchmark: Benchmark
    recipes_off: dict[Name, Recipe] = {}
    gallery: tuple[Composition, ...] = ()
    recommend: Recommend = Recommend()
    budgets: dict[Name, Budget] = {}
    limits: Limits = Limits()
    styles: str = "data/images/style"


def load() -> Params:
    """Read `params.yaml` and hold it against the catalogue; SettingsError names what does not fit.

    Examples
    --------
    >>> import litemill
    >>> params = litemill.load_params()
    >>> params.network("magenta_predict").part, params.recipe("fp16").quantize
    ('predict', 'fp16')
    """
    params = reader.read(PARAMS, Params)
    catalog = load_catalog()
    for name in params.fetch:
        reader.require(name, catalog, f"{PARAMS}: fetch", "source")
    names.check(str(PARAMS), params.fetch, {name: network.baselines for name, network in params.networks.items()},
                params.recipes, params.targets)  # fmt: skip
    for name, network in params.networks.items():
        _check_network(params, f"{PARAMS}: networks.{name}", network)
        entry = catalog[network.source]
        if entry.kind == "tflite":
            raise SettingsError(
                f"{PARAMS}: networks.{name}.source: {network.source} is a TFLite file",
                remedy="name a frozen graph or a SavedModel; TFLite files are for baselines",
            )
        if (entry.task == "stylization") != (network.part is not None):
            raise SettingsError(
                f"{PARAMS}: networks.{name}.part",
                expected="predict or transfer" if entry.task == "stylization" else "none",
                got=network.part,
                remedy=f"{network.source} is for {entry.task}",
            )
        _check_baselines(f"{PARAMS}: networks.{name}", network, catalog)
    _check_recommend(params)
    _check_budgets(params)
    for name in params.limits.networks:
        reader.require(name, params.networks, f"{PARAMS}: limits.networks", "network")
    for transfer, predict in params.bottleneck_from.items():
        for name, part in ((transfer, "transfer"), (predict, "predict")):
            reader.require(name, params.networks, f"{PARAMS}: bottleneck_from", "network")
            if params.networks[name].part != part:
                raise SettingsError(
                    f"{PARAMS}: bottleneck_from: {name} is no {part} network",
                    remedy="write it as transfer network: predict network",
                )
    return params


def _check_recommend(params: Params) -> None:
    """Hold what the rules name against what there is."""
    for target in TARGETS:
        where, rule = f"{PARAMS}: recommend.{target}", params.recommend.rule(target)
        for name in rule.max_bytes:
            reader.require(name, params.networks, f"{where}.max_bytes", "network")
        if rule.threads is not None and rule.threads not in params.benchmark.threads:
            counts = ", ".join(map(str, params.benchmark.threads))
            raise SettingsError(f"{where}.threads", expected=f"one of benchmark.threads: {counts}", got=rule.threads)


def _check_budgets(params: Params) -> None:
    """Hold what budgets name against what there is."""
    files = {name: (*params.built_with(name), *network.baselines) for name, network in params.networks.items()}
    ways = {name: [one.label for one in target.configurations] for name, target in params.targets.items()}
    host = [Configuration(threads=count).label for count in params.benchmark.threads]
    budget_rules.check(str(PARAMS), params.budgets, files, {budget_rules.HOST: host} | ways)


def _check_network(params: Params, where: str, network: Network) -> None:
    """Hold the names that a network uses against those that there are."""
    for name in (network.source, *network.baselines):
        reader.require(name, params.fetch, where, "source (not in fetch)")
    for recipe in network.recipes or ():
        reader.require(recipe, params.recipes, f"{where}.recipes", "recipe")


def _check_baselines(where: str, network: Network, catalog: Catalog) -> None:
    """See that what a network is measured beside does the same work."""
    task = catalog[network.source].task
    for name in network.baselines:
        other = catalog[name]
        if (other.kind, other.task, other.part) != ("tflite", task, network.part):
            raise SettingsError(
                f"{where}.baselines: {name} is no official file of the same kind",
                expected=f"tflite, {task}{f', {network.part}' if network.part else ''}",
                got=f"{other.kind}, {other.task}{f', {other.part}' if other.part else ''}",
                remedy="name another entry of the catalogue, or none",
            )
