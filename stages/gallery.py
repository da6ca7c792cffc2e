"""Make the gallery: photos stylized in part, by the most accurate files that are built; no TensorFlow."""

from pathlib import Path

from litemill.composition import card, choice, composer
from litemill.core import files, paths, stage, store, threads
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
    with files.replacing(paths.GALLERY) as folder:
        folder.mkdir()
        named = [(one, folder / f"{number:02}.jpg") for number, one in enumerate(wanted, start=1)]
        made = threads.each(lambda one: show(*one, params), named)
        shown, made_by = tuple(one for one, _ in made), {name: recipe for _, by in made for name, recipe in by.items()}
        store.save(folder / "record.json", Gallery(shown, made_by))
    count = sum(not one.refused for one in shown)
    return "\n".join(
        [f"gallery: {count} of {len(params.gallery)} pictures", *(one.refused for one in shown if one.refused)]
    )


def show(wanted: Composition, path: Path, params: Params) -> tuple[Shown, dict[str, str]]:
    """Make one picture at `path`, and say by which recipe of which network; what can't be made stops no other."""
    try:
        composed = composer.compose(wanted, params, paths.IMAGES)
    except (ArtifactError, PictureError, SettingsError) as error:
        return Shown(wanted, refused=str(error)), {}
    photo, style = (pictures.read(paths.IMAGES / name) for name in (wanted.photo, wanted.style))
    path.write_bytes(card.draw(photo, style, composed.pixels))
    by = {one.network: one.recipe for one in composed.files}
    return Shown(wanted, path.name, files.sha256(path)), by


if __name__ == "__main__":
    stage.run(gallery)
