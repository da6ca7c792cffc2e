"""The classes of a segmentation source by name: a file in `data/labels`, one on each line."""

from collections.abc import Sequence

from litemill.ground import project
from litemill.ground.errors import SettingsError
from litemill.settings import reader
from litemill.settings.catalog import Entry


def load(source: str, entry: Entry) -> tuple[str, ...]:
    """Return the class names of a source, in the order of its logits; SettingsError where nothing names them."""
    where = f"{project.CATALOG}: {source}"
    present = sorted(path.name for path in project.LABELS.glob("*"))
    if entry.labels is None:
        raise SettingsError(f"{where}: labels is missing", expected="a file with a class name on each line",
                            got=f"in {project.LABELS}: {', '.join(present)}", remedy="add labels:")  # fmt: skip
    if entry.labels not in present:
        raise SettingsError(f"{where}.labels: no file {project.LABELS / entry.labels}",
                            remedy=reader.nearest(entry.labels, present))  # fmt: skip
    try:
        return tuple((project.LABELS / entry.labels).read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise SettingsError(f"{project.LABELS / entry.labels}: is not UTF-8 text", got=error,
                            remedy="save it as UTF-8") from None  # fmt: skip


def require(source: str, entry: Entry, names: Sequence[str], classes: int) -> None:
    """Raise SettingsError unless a source's labels name as many classes as its network has."""
    if len(names) != classes:
        raise SettingsError(
            f"{project.CATALOG}: {source}: labels name other classes than the network has",
            expected=f"{classes} lines",
            got=f"{len(names)} in {entry.labels}",
            remedy=f"give the file in {project.LABELS} that names them",
        )
