"""Records on disk: rounded, sorted, written whole, and never taken for another file's."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from litemill.ground import io, npz, project
from litemill.ground.errors import RecordError, from_os, in_checkout
from litemill.ground.npz import Arrays
from litemill.records.artifact import Converted
from litemill.records.base import Record
from litemill.records.graph import Frozen, Referenced, Sampled, Variant, Variants

R = TypeVar("R", bound=Record)


SIGNIFICANT_DIGITS = 6


def encode(record: msgspec.Struct | Mapping[str, object]) -> bytes:
    """Return a record, or a plain mapping, as JSON: sorted keys, 6 significant digits, a line break at the end."""
    plain = _rounded(msgspec.to_builtins(record), type(record).__name__)
    return msgspec.json.format(msgspec.json.encode(plain, order="deterministic"), indent=2) + b"\n"


def save(path: Path, record: Record) -> None:
    """Write a record, whole or not at all."""
    io.write(path, encode(record))


def load(path: Path, kind: type[R]) -> R:
    """Read a record; RecordError where it is missing or is no such record."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise RecordError(f"{path}: no such record", remedy=in_checkout("run: dvc repro")) from None
    except OSError as error:
        raise from_os(error) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RecordError(
            f"{path}: is no {kind.__name__} record", got=error, remedy="remove it, then run: dvc repro"
        ) from None


def check(path: Path, sha256: str, file: Path) -> None:
    """Raise RecordError unless `file` is the one that the record at `path` describes."""
    found = io.sha256(file) if file.is_file() else "no file"
    if found != sha256:
        raise RecordError(
            f"{path}: describes another {file}", expected=sha256[:12], got=found[:12], remedy="run: dvc repro"
        )


def frozen(network: str) -> Frozen:
    """Return what is known of a network: settings, source, graph."""
    return load(project.record("freeze", network), Frozen)


def sampled(network: str) -> tuple[Sampled, Arrays]:
    """Return a network's evaluation samples, checked: their names, and arrays [n, ...] by role."""
    record = load(project.record("samples", network), Sampled)
    file = project.samples(network, "evaluation")
    check(project.record("samples", network), record.evaluation_sha256, file)
    return record, npz.read(file)


def referenced(network: str) -> Arrays:
    """Return what the original says to a network's evaluation samples, checked."""
    record, file = load(project.record("reference", network), Referenced), project.reference(network)
    check(project.record("reference", network), record.sha256, file)
    return npz.read(file)


def variants(network: str) -> tuple[Variant, ...]:
    """Return what the rewrites made of a network, each checked against its file; none where it lists none."""
    path = project.record("variants", network)
    found = load(path, Variants).variants
    for one in found:
        check(path, one.sha256, project.variant(network, one.name))
    return found


def artifacts(network: str) -> dict[str, Converted]:
    """Return the artifacts of a network that were built, by recipe, each checked against its file."""
    found = {}
    for path in sorted(project.record("convert", network, "any").parent.glob("*.json")):
        record = load(path, Converted)
        check(path, record.sha256, project.artifact(network, record.recipe))
        found[record.recipe] = record
    return found


def _rounded(value: object, where: str) -> object:
    """Round every float below `value`; RecordError on one that JSON can't hold."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RecordError(f"{where}: not a finite number", got=value, remedy="see what the stage measured")
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item, where) for item in value]
    return value
