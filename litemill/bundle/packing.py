"""A bundle, put together from the records and the files that were chosen."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from litemill.bundle import check, golden, metadata, styles
from litemill.bundle.golden import Value
from litemill.bundle.manifest import File, Manifest, Port, Shipped, StylePack
from litemill.bundle.metadata import About, with_metadata
from litemill.ground import io, project
from litemill.ground.errors import ArtifactError, RecordError
from litemill.records import store
from litemill.records.accuracy import Validated
from litemill.records.cost import Benchmarked
from litemill.records.graph import Frozen, Sampled
from litemill.records.recommendation import Choice, Recommended
from litemill.render import templates
from litemill.settings.params import Params
from litemill.tasks import images
from litemill.tasks.registry import task_of

REMEDY = "run: make bundle"


def pack(folder: Path, params: Params) -> Manifest:
    """Fill an empty folder with all that is shipped, the manifest included."""
    models = tuple(one for network in params.networks for one in _network(folder, network))
    if not models:
        raise RecordError("nothing is recommended", remedy="see recommend in params.yaml and reports/report.md")
    packs = tuple(_styles(folder, params, *pair) for pair in params.bottleneck_from.items())
    shutil.copyfile(check.__file__, folder / "check.py")
    shutil.copyfile(project.IMAGES / "README.md", folder / "golden/PICTURES.md")
    manifest = Manifest(_files(folder), models, packs)
    _put(folder / "README.md", readme(manifest).encode())
    manifest = msgspec.structs.replace(manifest, files=_files(folder))
    _put(folder / check.MANIFEST, store.encode(manifest))
    return manifest


def _network(folder: Path, network: str) -> tuple[Shipped, ...]:
    """Put a network's files, labels, golden vectors and card into the folder."""
    frozen = store.frozen(network)
    sampled, inputs = store.sampled(network)
    recommended = store.load(project.record("recommend", network), Recommended)
    values = {role: one[:1] for role, one in inputs.items()}
    shipped = tuple(
        _shipped(folder, frozen, sampled, choice, values) for choice in recommended.choices if choice.recipe
    )
    if shipped:
        _put(folder / f"cards/{network}.md", card(frozen, sampled, shipped).encode())
    return shipped


def _shipped(folder: Path, frozen: Frozen, sampled: Sampled, choice: Choice, values: dict[str, Value]) -> Shipped:
    """Put one file into the folder."""
    network, entry = frozen.network, frozen.entry
    source = project.recommended(choice.target, network)
    store.check(project.record("recommend", network), choice.sha256, source)
    built = store.artifacts(network)[choice.recipe]
    inputs = tuple(metadata.port(tensor, entry) for tensor in built.inputs)
    outputs = tuple(metadata.port(tensor, entry) for tensor in built.outputs)
    labels, classes = _labels(folder, entry.labels) if entry.labels else ("", ())
    said = f"{entry.task}, from {frozen.settings.source}, recipe {choice.recipe}"
    about = About(network, said, choice.sha256[:12], entry.licence, inputs, outputs, classes)
    file = folder / choice.target / f"{network}.tflite"
    _put(file, with_metadata(source.read_bytes(), about))
    by_role = {port.role: port for port in inputs}
    fed = values | dict(_pictures(sampled.evaluation[0], by_role))
    vectors = golden.write(folder, f"golden/{network}", file, fed, by_role)
    arrays = {name: np.load(folder / path) for name, path in vectors.inputs.items()}
    if not np.array_equal(check.run(source, arrays), np.load(folder / vectors.output)):
        raise ArtifactError(f"{source}: says something else once metadata are in it", remedy="report it")
    validated = store.load(project.record("validate", network), Validated)
    timed = store.load(project.record("benchmark", network), Benchmarked)
    return Shipped(
        network=network, target=choice.target, file=file.relative_to(folder).as_posix(), built_sha256=choice.sha256,
        recipe=choice.recipe, quantize=built.quantize, why=choice.reason, source=frozen.settings.source, url=entry.url,
        licence=entry.licence, dataset=entry.dataset, note=entry.note, inputs=inputs, outputs=outputs, labels=labels,
        accuracy=next(one.metrics for one in validated.artifacts if one.sha256 == choice.sha256),
        latency=next(one.latency for one in timed.artifacts if one.sha256 == choice.sha256),
        machine=timed.machine, golden=vectors,
    )  # fmt: skip


def _labels(folder: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Put a list of classes into the folder; give its path there, and the classes."""
    data = (project.LABELS / name).read_bytes()
    _put(folder / "labels" / name, data)
    return f"labels/{name}", tuple(data.decode().splitlines())


def _pictures(sample: str, by_role: dict[str, Port]) -> Iterator[tuple[str, Value]]:
    """Return the pictures of a sample by the roles that take one, uint8, stretched to the size that they have there."""
    taking = [port for port in by_role.values() if port.normalization is not None]
    for port, name in zip(taking, sample.split(" + "), strict=False):
        yield port.role, images.resize(images.read(project.IMAGES / name), port.shape[1], port.shape[2])


def _styles(folder: Path, params: Params, transfer: str, predict: str) -> StylePack:
    """Put the style pack of a transfer network into the folder, made by the most accurate predict file."""
    choice = store.load(project.record("recommend", predict), Recommended).choice("cpu")
    best = max(choice.candidates, key=lambda one: one.accuracy)
    file = project.artifact(predict, best.recipe)
    store.check(project.record("recommend", predict), best.sha256, file)
    found = styles.bottlenecks(Path(params.styles), file)
    name = f"styles/{transfer}.safetensors"
    _put(folder / name, styles.packed(found, best.sha256))
    replaced = next((one.size_bytes for one in choice.candidates if one.recipe == choice.recipe), 0)
    return StylePack(name, tuple(sorted(found)), transfer, predict, best.recipe, best.sha256, replaced)


def _files(folder: Path) -> dict[str, File]:
    there = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): File(io.sha256(path), path.stat().st_size) for path in there}


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def card(frozen: Frozen, sampled: Sampled, shipped: tuple[Shipped, ...]) -> str:
    """Write a network's model card; `shipped` are its files."""
    does = task_of(frozen.settings).card.format(classes=shipped[0].outputs[0].shape[-1])
    return templates.load("litemill.bundle", "card.md.j2").render(
        frozen=frozen, entry=frozen.entry, sampled=sampled, shipped=shipped, does=does
    )


def readme(manifest: Manifest) -> str:
    """Write what is in the folder."""
    return templates.load("litemill.bundle", "readme.md.j2").render(manifest=manifest)
