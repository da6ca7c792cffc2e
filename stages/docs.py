"""Write what is drawn from the code: the schemas of settings and catalogue, and the reference."""

from pathlib import Path

import msgspec

from litemill.core import files, paths, stage
from litemill.core.catalog import Catalog
from litemill.core.device_records import Phoned
from litemill.core.judged import Gate, Paired, Validated
from litemill.core.measured import Benchmarked, Rewriting
from litemill.core.params import Params
from litemill.core.recommended import Recommended
from litemill.core.records import Converted, Fetched, Frozen, Record, Referenced, Sampled, Variants
from litemill.core.shown import Gallery
from litemill.manual import reference
from litemill.manual.schemas import schema

REFERENCE = Path("docs/reference.md")
# an editor finds them by the first line of the file
SCHEMAS = {
    Path("params.schema.json"): (paths.PARAMS, Params),
    Path("data/catalog.schema.json"): (paths.CATALOG, Catalog),
}


def docs() -> str:
    """Write the schemas and the reference."""
    found = written()
    for path, text in found.items():
        files.write(path, text.encode())
    return ", ".join(map(str, found))


def written() -> dict[Path, str]:
    """Give what is written, by path."""
    schemas = {
        path: msgspec.json.format(msgspec.json.encode(schema(shape, str(file))), indent=2).decode() + "\n"
        for path, (file, shape) in SCHEMAS.items()
    }
    settings = {str(file): shape for file, shape in SCHEMAS.values()}
    return schemas | {REFERENCE: reference.markdown({"What you write": settings, "What the build leaves": records()})}


def records() -> dict[str, type[Record]]:
    """Give the kinds of records by the paths where they lie."""
    network: dict[str, type[Record]] = {
        "freeze": Frozen, "samples": Sampled, "reference": Referenced, "variants": Variants,
        "validate": Validated, "benchmark": Benchmarked, "rewriting": Rewriting, "recommend": Recommended,
    }  # fmt: skip
    found: dict[Path, type[Record]] = {
        paths.record("fetch", "SOURCE"): Fetched,
        paths.record("convert", "NETWORK", "RECIPE"): Converted,
        **{paths.record(name, "NETWORK"): kind for name, kind in network.items()},
        paths.record("endtoend", "TRANSFER_NETWORK"): Paired,
        paths.RECORDS / "gate.json": Gate,
        paths.GALLERY / "record.json": Gallery,
        paths.phoned("TARGET", "NETWORK"): Phoned,
    }
    return {path.as_posix(): kind for path, kind in found.items()}


if __name__ == "__main__":
    stage.run(docs)
