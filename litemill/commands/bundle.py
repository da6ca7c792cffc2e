"""Put what an app takes into dist/; with --verify, hold dist/ against its own manifest."""

from litemill.bundle import check
from litemill.bundle.packing import pack
from litemill.ground import io, project
from litemill.ground.errors import ArtifactError
from litemill.settings import params as params_module

REMEDY = "run: make bundle"


def bundle(verify: bool = False) -> str:  # noqa: FBT001, FBT002  a flag of the command line
    """Write the bundle; with `verify`, only check the bytes of its files and replay its golden vectors."""
    if verify:
        return verified()
    params = params_module.load()
    with io.replacing(project.DIST) as folder:
        folder.mkdir()
        manifest = pack(folder, params)
    size = sum(file.size_bytes for file in manifest.files.values())
    return f"{project.DIST}: {len(manifest.models)} models, {len(manifest.files)} files, {size:,} bytes"


def verified() -> str:
    """Check the bundle as it lies there; ArtifactError where something is wrong, each thing in a line of its own."""
    found = check.problems(project.DIST)
    if found:
        print("\n".join(found))
        raise ArtifactError(
            f"{project.DIST}: not as its manifest says, {len(found)} times", got=found[0], remedy=REMEDY
        )
    return f"{project.DIST}: all files and golden vectors are as the manifest says"
