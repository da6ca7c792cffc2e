"""A photo stylized but for some classes, or in these alone."""

from pathlib import Path

import msgspec

from litemill.composition import blend, choice, matte, painting
from litemill.composition.choice import Chosen
from litemill.core.errors import PictureError
from litemill.core.gallery import Composition
from litemill.core.params import Params
from litemill.tasks import pictures, sampling
from litemill.tasks.pictures import Floats, Pixels


class Composed(msgspec.Struct, frozen=True):
    """What came of a composition.

    Parameters
    ----------
    pixels
        uint8 [h, w, 3], of the photo's own size.
    absent
        Of the wanted classes, those that were not found in the photo.
    files
        What made it.
    """

    pixels: Pixels
    absent: tuple[str, ...]
    files: tuple[Chosen, ...]


def compose(wanted: Composition, params: Params, folder: Path = Path()) -> Composed:
    """Stylize a photo as `wanted` says, with the best files of the networks in `params`.

    Parameters
    ----------
    wanted
        Its pictures are below `folder`.

    Raises
    ------
    PictureError
        A picture can't be read, or the photo holds none of the classes.
    SettingsError
        No network knows a class.
    """
    photo, style = (pictures.read(folder / name) for name in (wanted.photo, wanted.style))
    predict, transfer = choice.stylization(params)
    if not wanted.classes:
        painted = painting.painted(predict.load(), transfer.load(), photo, style)
        return Composed(blend.blend(photo, painted, None, keep=False), (), (predict, transfer))
    segmenter = choice.segmentation(params, wanted.classes)
    fitted, absent = _matte(segmenter, photo, wanted)
    painted = painting.painted(predict.load(), transfer.load(), photo, style)
    whole = blend.blend(photo, painted, fitted, keep=bool(wanted.keep))
    return Composed(whole, absent, (segmenter, predict, transfer))


def _matte(chosen: Chosen, photo: Pixels, wanted: Composition) -> tuple[Floats, tuple[str, ...]]:
    """Fit the share of the wanted classes, and name those that are absent; PictureError where all are."""
    names = chosen.class_names()
    seen = matte.see(chosen.load(), photo, sampling.crop_of(chosen.entry))
    found = [names[one] for one in seen.classes()]
    absent = tuple(name for name in wanted.classes if name not in found)
    if len(absent) == len(wanted.classes):
        raise PictureError(
            f"{wanted.photo}: holds no {' and no '.join(absent)}",
            got=", ".join(found),
            remedy="name one of these classes, or take another photo",
        )
    return matte.fit(seen, [names.index(name) for name in wanted.classes]), absent
