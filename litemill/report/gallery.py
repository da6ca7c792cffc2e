"""The gallery's pictures with their words, for every form of the report."""

from pathlib import Path

import msgspec

from litemill.ground import project
from litemill.records import store
from litemill.records.gallery import Gallery, Shown
from litemill.settings.gallery import Composition
from litemill.settings.params import Params

RECORD = project.GALLERY / "record.json"


class Picture(msgspec.Struct, frozen=True):
    """A picture's file name, what it shows in words, what stands below it, and its bytes (JPEG).

    One that could not be made has neither name nor bytes; its caption says why.
    """

    name: str
    alt: str
    caption: str
    data: bytes


def load(params: Params) -> tuple[Picture, ...]:
    """Return the gallery, in its order; RecordError where a picture is another than its record's."""
    if not params.gallery:
        return ()
    return tuple(_picture(one) for one in store.load(RECORD, Gallery).shown)


def words(composition: Composition) -> str:
    """Say what a composition is."""
    photo, style = (Path(name).stem for name in (composition.photo, composition.style))
    alone = f", {' and '.join(composition.restyle)} alone," if composition.restyle else ""
    kept = f", {' and '.join(composition.keep)} kept" if composition.keep else ""
    return f"{photo}{alone} in the style of {style}{kept}"


def _picture(shown: Shown) -> Picture:
    said = words(shown.composition)
    if shown.refused:
        return Picture("", said, f"{said}: {shown.refused}", b"")
    path = project.GALLERY / shown.name
    store.check(RECORD, shown.sha256, path)
    return Picture(f"gallery_{shown.name}", f"Photo and style, beside them {said}", said, path.read_bytes())
