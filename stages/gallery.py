"""Make the gallery: photos stylized in part, by the most accurate files that are built; no TensorFlow."""

from pathlib import Path

from litemill.composition import composer
from litemill.ground import command, io, process, project
from litemill.ground.errors import ArtifactError, PictureError, SettingsError
from litemill.records import store
from litemill.records.gallery import Gallery, Shown
from litemill.settings import pieces
from litemill.settings.build import Build
from litemill.settings.gallery import Composition
from litemill.tasks import images


def gallery() -> str:
    """Make the gallery of params.yaml, as far as the networks for it are built."""
    listed = pieces.read("gallery", tuple[Composition, ...])
    build = pieces.of(Build, "networks", "bottleneck_from")
    wanted = listed if composer.complete(build) else ()
    with io.replacing(project.GALLERY) as folder:
        folder.mkdir()
        named = [(one, folder / f"{number:02}.jpg") for number, one in enumerate(wanted, start=1)]
        made = process.each(lambda one: show(*one, build), named)
        shown, made_by = tuple(one for one, _ in made), {name: recipe for _, by in made for name, recipe in by.items()}
        store.save(folder / "record.json", Gallery(shown, made_by))
    count = sum(not one.refused for one in shown)
    return "\n".join([f"gallery: {count} of {len(listed)} pictures", *(one.refused for one in shown if one.refused)])


def show(wanted: Composition, path: Path, build: Build) -> tuple[Shown, dict[str, str]]:
    """Make one picture at `path`, and say by which recipe of which network; what can't be made stops no other."""
    try:
        composed = composer.compose(wanted, build, project.IMAGES)
    except (ArtifactError, PictureError, SettingsError) as error:
        return Shown(wanted, refused=str(error)), {}
    photo, style = (images.read(project.IMAGES / name) for name in (wanted.photo, wanted.style))
    path.write_bytes(composer.draw(photo, style, composed.pixels))
    by = {one.network: one.recipe for one in composed.files}
    return Shown(wanted, path.name, io.sha256(path)), by


if __name__ == "__main__":
    command.run(gallery)
