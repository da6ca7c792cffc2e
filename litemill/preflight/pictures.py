"""Faults of the pictures that params.yaml names: missing, damaged, of another size, of classes that nobody has."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from litemill.ground import io, project
from litemill.ground.errors import LitemillError, PictureError, SettingsError
from litemill.settings.images import Images
from litemill.settings.params import Params
from litemill.tasks import picture_files

# so many are decoded, which takes a moment; of those beyond, the first bytes are read
DECODED_PIXELS = 40_000_000
NOT_JUDGED = 255
# what must not be one picture under two names: the same that params.yaml refuses by name
APART = (
    ("segmentation.calibration", "segmentation.evaluation"),
    ("content.calibration", "content.evaluation"),
    ("style.calibration", "style.evaluation"),
    ("content.calibration", "style.evaluation"),
)


def faults(params: Params, classes: Mapping[str, int]) -> Iterator[LitemillError]:
    """Find the faults, each in a picture of its own; `classes` is how many each segmentation source has."""
    bad = dict(_unreadable(_named(params), _at_hand()))
    yield from bad.values()
    sets = _sets(params.images)
    for one, other in APART:
        yield from _twins(f"images.{one}", f"images.{other}", *(
            [name for name in sets[key] if name not in bad] for key in (one, other)))  # fmt: skip
    for picture, truth in params.images.segmentation.truth.items():
        if picture not in bad and truth not in bad:
            yield from _unlike(picture, truth, classes)
    if params.bottleneck_from:
        yield from _styles(Path(params.styles), {project.IMAGES / name for name in bad})


def _sets(images: Images) -> dict[str, tuple[str, ...]]:
    """Return the sets of pictures by their keys below `images`."""
    tasks = {"segmentation": images.segmentation, "content": images.content, "style": images.style}
    return {f"{task}.{kind}": names for task, each in tasks.items()
            for kind, names in (("calibration", each.calibration), ("evaluation", each.evaluation))}  # fmt: skip


def _named(params: Params) -> dict[str, str]:
    """Return every picture that is named, with the first place in params.yaml that does."""
    places = {f"images.{key}": names for key, names in _sets(params.images).items()}
    places["images.segmentation.truth"] = tuple(params.images.segmentation.truth.values())
    places["gallery"] = tuple(name for one in params.gallery for name in (one.photo, one.style))
    found: dict[str, str] = {}
    for place, names in places.items():
        for name in names:
            found.setdefault(name, place)
    return found


def _at_hand() -> list[str]:
    """Return the names of the files below data/images."""
    return [path.relative_to(project.IMAGES).as_posix() for path in project.IMAGES.rglob("*") if path.is_file()]


def _unreadable(named: Mapping[str, str], at_hand: Collection[str]) -> Iterator[tuple[str, LitemillError]]:
    """Find the pictures that are missing or none, the first of them decoded whole."""
    left = DECODED_PIXELS
    for name, place in named.items():
        path = project.IMAGES / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            yield name, SettingsError(f"{project.PARAMS}: {place}: {name} is not below {project.IMAGES}",
                                      remedy="put it there")  # fmt: skip
        elif name not in at_hand:
            near = difflib.get_close_matches(name, at_hand, n=1)
            remedy = f"did you mean {near[0]!r}?" if near else "put it there, or name another"
            yield name, PictureError(f"{project.PARAMS}: {place}: {path}: no such picture", remedy=remedy)
        else:
            try:
                left -= picture_files.pixels(path)
                if left >= 0:
                    picture_files.opened(path)
            except PictureError as error:
                yield name, _at(place, error)


def _styles(folder: Path, bad: Collection[Path]) -> Iterator[LitemillError]:
    """Find what is wrong with the folder of a style pack, but for pictures that are told already."""
    try:
        for path in picture_files.below(folder).values():
            if path not in bad:
                picture_files.pixels(path)
    except PictureError as error:
        yield _at("styles", error)


def _twins(place: str, other: str, names: Collection[str], others: Collection[str]) -> Iterator[LitemillError]:
    """Find pictures of one set that are also in the other, under another name."""
    sizes: dict[int, list[str]] = {}
    for name in names:
        sizes.setdefault((project.IMAGES / name).stat().st_size, []).append(name)
    for name in others:
        for twin in sizes.get((project.IMAGES / name).stat().st_size, ()):
            if io.sha256(project.IMAGES / twin) == io.sha256(project.IMAGES / name):
                yield SettingsError(f"{project.PARAMS}: {place} and {other} share a picture",
                                    got=f"{twin} and {name}, the same bytes", remedy="take one out")  # fmt: skip


def _unlike(picture: str, truth: str, classes: Mapping[str, int]) -> Iterator[LitemillError]:
    """Find what is wrong with a ground truth: its size, or a class that a network does not have."""
    where, path = f"{project.PARAMS}: images.segmentation.truth: {truth}", project.IMAGES / truth
    size, wanted = picture_files.size(path), picture_files.size(project.IMAGES / picture)
    if size != wanted:
        yield SettingsError(f"{where}: has another size than its picture", expected=f"{wanted[1]}x{wanted[0]}",
                            got=f"{size[1]}x{size[0]}", remedy="give one of the picture's size")  # fmt: skip
    try:
        with picture_files.opened_labels(path) as labels:
            values = [value for _, value in labels.getcolors() or ()]
    except PictureError as error:
        yield _at("images.segmentation.truth", error)
        return
    for source, count in classes.items():
        beyond = [value for value in values if value not in (*range(count), NOT_JUDGED)]
        if beyond:
            yield SettingsError(
                f"{where}: holds classes that {source} does not have",
                expected=f"0 to {count - 1}, or {NOT_JUDGED} for what is not judged", got=", ".join(map(str, beyond)),
                remedy="give the truth in the classes of its labels, or none",
            )  # fmt: skip
            return


def _at(place: str, error: PictureError) -> PictureError:
    """Return a picture's error with the place in params.yaml that names it."""
    what = f"{project.PARAMS}: {place}: {error.what}"
    return PictureError(what, expected=error.expected, got=error.got, remedy=error.remedy)
