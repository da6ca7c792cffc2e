"""The classes of a segmentation source by name: a file in `data/labels`, one on each line."""

from collections.abc import Sequence

from litemill.core import paths, settings
from litemill.core.catalog import Entry
from litemill.core.errors import SettingsError


def load(source: str, entry: Entry) -> tuple[str, ...]:
    """Return the class names of a source, in the order of its logits; SettingsError where nothing names them."""
    where = f"{paths.CATALOG}: {source}"
    present = sorted(path.name for path in paths.LABELS.glob("*"))
    if entry.labels is None:
        raise SettingsError(f"{where}: labels is missing", expected="a file with a class name on each line",
                            got=f"in {paths.LABELS}: {', '.join(present)}", remedy="add labels:")  # fmt: skip
    if entry.labels not in present:
        raise SettingsError(f"{where}.labels: no file {paths.LABELS / entry.labels}",
                            remedy=settings.nearest(entry.labels, present))  # fmt: skip
    try:
        return tuple((paths.LABELS / entry.labels).read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise SettingsError(f"{paths.LABELS / entry.labels}: is not UTF-8 text", got=error,
                            remedy="save it as UTF-8") from None  # fmt: skip


def require(source: str, entry: Entry, names: Sequence[str], classes: int) -> None:
    """Raise SettingsError unless a source's labels name as many classes as its network has."""
    if len(names) != classes:
        raise SettingsError(
            f"{paths.CATALOG}: {source}: labels name other classes than the network has",
            expected=f"{classes} lines",
            got=f"{len(names)} in {entry.labels}",
            remedy=f"give the file in {paths.LABELS} that names them",
        )
