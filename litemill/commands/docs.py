"""Write what is drawn from the code: the schemas of settings and catalogue, and the reference."""

from pathlib import Path

import msgspec

from litemill.ground import io, project
from litemill.manual import reference
from litemill.manual.schemas import schema
from litemill.records.accuracy import Gate, Paired, Validated
from litemill.records.artifact import Converted, VariantFacts
from litemill.records.base import Record
from litemill.records.cost import Benchmarked, Rewriting
from litemill.records.device import DeviceRecord
from litemill.records.gallery import Gallery
from litemill.records.graph import Frozen, Referenced, Sampled, Variants
from litemill.records.recommendation import Recommended
from litemill.records.source import Fetched
from litemill.settings.catalog import Catalog
from litemill.settings.params import Params

REFERENCE = Path("docs/reference.md")
# an editor finds them by the first line of the file
SCHEMAS = {
    Path("params.schema.json"): (project.PARAMS, Params),
    Path("data/catalog.schema.json"): (project.CATALOG, Catalog),
}


def docs() -> str:
    """Write the schemas and the reference."""
    found = written()
    for path, text in found.items():
        io.write(path, text.encode())
    return ", ".join(map(str, found))


def written() -> dict[Path, str]:
    """Return what is written, by path."""
    schemas = {
        path: msgspec.json.format(msgspec.json.encode(schema(shape, str(file))), indent=2).decode() + "\n"
        for path, (file, shape) in SCHEMAS.items()
    }
    settings = {str(file): shape for file, shape in SCHEMAS.values()}
    return schemas | {REFERENCE: reference.markdown({"What you write": settings, "What the build leaves": records()})}


def records() -> dict[str, type[Record]]:
    """Return the kinds of records by the paths where they lie."""
    network: dict[str, type[Record]] = {
        "freeze": Frozen, "samples": Sampled, "reference": Referenced, "variants": Variants,
        "validate": Validated, "benchmark": Benchmarked, "rewriting": Rewriting, "recommend": Recommended,
        "variant_facts": VariantFacts,
    }  # fmt: skip
    found: dict[Path, type[Record]] = {
        project.record("fetch", "SOURCE"): Fetched,
        project.record("convert", "NETWORK", "RECIPE"): Converted,
        **{project.record(name, "NETWORK"): kind for name, kind in network.items()},
        project.record("endtoend", "TRANSFER_NETWORK"): Paired,
        project.RECORDS / "gate.json": Gate,
        project.GALLERY / "record.json": Gallery,
        project.phoned("TARGET", "NETWORK"): DeviceRecord,
    }
    return {path.as_posix(): kind for path, kind in found.items()}
