"""Make the gallery: photos stylized in part, by the most accurate files that are built; no TensorFlow."""

from pathlib import Path

from litemill.composition import card, choice, composer
from litemill.core import files, paths, stage, store
from litemill.core import params as parameters
from litemill.core.errors import ArtifactError, PictureError, SettingsError
from litemill.core.gallery import Composition
from litemill.core.params import Params
from litemill.core.shown import Gallery, Shown
from litemill.tasks import pictures


def gallery() -> str:
    """Make the gallery of params.yaml, as far as the networks for it are built."""
    params = parameters.load()
    wanted = params.gallery if choice.complete(params) else ()
    made_by: dict[str, str] = {}
    with files.replacing(paths.GALLERY) as folder:
        folder.mkdir()
        shown = tuple(
            show(one, params, folder / f"{number:02}.jpg", made_by) for number, one in enumerate(wanted, start=1)
        )
        store.save(folder / "record.json", Gallery(shown, made_by))
    made = sum(not one.refused for one in shown)
    return "\n".join(
        [f"gallery: {made} of {len(params.gallery)} pictures", *(one.refused for one in shown if one.refused)]
    )


def show(wanted: Composition, params: Params, path: Path, made_by: dict[str, str]) -> Shown:
    """Make one picture at `path` and add to `made_by`; what can't be made stops no other, and is said."""
    try:
        composed = composer.compose(wanted, params, paths.IMAGES)
    except (ArtifactError, PictureError, SettingsError) as error:
        return Shown(wanted, refused=str(error))
    made_by.update({one.network: one.recipe for one in composed.files})
    photo, style = (pictures.read(paths.IMAGES / name) for name in (wanted.photo, wanted.style))
    path.write_bytes(card.draw(photo, style, composed.pixels))
    return Shown(wanted, path.name, files.sha256(path))


if __name__ == "__main__":
    stage.run(gallery)
