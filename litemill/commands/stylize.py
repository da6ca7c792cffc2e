"""Stylize a photo but for some of what it holds (--keep), or in that alone (--restyle); no TensorFlow."""

from pathlib import Path

from litemill.composition import composer
from litemill.ground.errors import SettingsError
from litemill.settings import params
from litemill.settings.gallery import Composition
from litemill.tasks import images


def stylize(photo: str, /, style: str, keep: str = "", restyle: str = "", output: str = "") -> str:
    """Stylize PHOTO, all but the classes of --keep, or those of --restyle alone (comma separated)."""
    if keep and restyle:
        raise SettingsError("--keep and --restyle can't be given together", remedy="leave one of them out")
    path = Path(output or f"{Path(photo).stem}_{Path(style).stem}.png")
    images.check_output(path, Path(photo), Path(style))
    wanted = Composition(photo, style, classes(keep, "--keep"), classes(restyle, "--restyle"))
    composed = composer.compose(wanted, params.load())
    images.write(path, composed.pixels)
    height, width = composed.pixels.shape[:2]
    absent = f", no {' and no '.join(composed.absent)} found" if composed.absent else ""
    return f"{path}: {width}x{height}{absent}, with {', '.join(str(one.path) for one in composed.files)}"


def classes(given: str, option: str) -> tuple[str, ...]:
    """Take a list of class names apart."""
    names = tuple(dict.fromkeys(name.strip() for name in given.split(","))) if given else ()
    if not all(names):
        raise SettingsError(f"{option} {given!r}: a class without a name", remedy="write it as person,dog")
    return names
