"""Where everything lies, relative to the folder of `dvc.yaml`, in which every stage runs."""

from pathlib import Path

PARAMS = Path("params.yaml")


ROOT = Path("dvc.yaml")


PIPELINE = Path("pipelines/network.yaml")


PHONES = Path("pipelines/phones.yaml")


# no network's name holds a hyphen
ON_PHONES = Path("pipelines/on-phones/dvc.yaml")


PIECES = Path("pipelines/settings")


CATALOG = Path("data/catalog.yaml")


EMBEDDED = Path("data/embedded")


IMAGES = Path("data/images")


LABELS = Path("data/labels")


SOURCES = Path("data/sources")


SOURCES_LOCK = Path("data/sources.lock.json")


BASELINES = Path("data/baselines")


GRAPHS = Path("data/graphs")


SAMPLES = Path("data/samples")


REFERENCES = Path("data/references")


VARIANTS = Path("data/variants")


OUTPUTS = Path("data/outputs")


MODELS = Path("models")


RECOMMENDED = MODELS / "recommended"


DIST = Path("dist")


RECORDS = Path("reports/records")


GALLERY = Path("reports/records/gallery")


REPORT = Path("reports/report.md")


PAGE = Path("reports/index.html")


FIGURES = Path("reports/figures")


METRICS = Path("reports/metrics.json")


ARTIFACTS = Path("reports/artifacts.json")


TABLE = Path("reports/artifacts.csv")


BUDGETS = Path("reports/budgets.json")


DIFF = Path("reports/diff.md")


DIFF_PAGE = Path("reports/diff.html")


DIFF_FIGURES = Path("reports/diff")


DEVICES = Path("reports/devices")


DEVICES_SUMMARY = DEVICES / "summary.json"


# what has been measured of a run on devices that is not at its end
UNFINISHED = Path(".devices")


def pipeline(network: str) -> Path:
    """Return the file of a network's stages."""
    return PIPELINE.parent / network / "dvc.yaml"


def source(name: str) -> Path:
    """Return the folder of an unpacked source."""
    return SOURCES / name


def graph(network: str) -> Path:
    """Return the frozen, cut graph of a network."""
    return GRAPHS / network / "graph.pb"


def unrewritten(network: str) -> Path:
    """Return a rewritten network's graph as it was cut."""
    return GRAPHS / network / "unrewritten.pb"


def samples(network: str, kind: str) -> Path:
    """Return a network's inputs; `kind` is "calibration" or "evaluation"."""
    return SAMPLES / network / f"{kind}.npz"


def reference(network: str) -> Path:
    """Return what the original model says to a network's evaluation inputs."""
    return REFERENCES / network / "reference.npz"


def variant(network: str, name: str) -> Path:
    """Return the float32 file of a network with some of its rewrites, or none."""
    return VARIANTS / network / f"{name.replace(' ', '_')}.tflite"


def outputs(network: str) -> Path:
    """Return what a network's files say to its evaluation inputs."""
    return OUTPUTS / f"{network}.npz"


def baselines(network: str) -> dict[str, Path]:
    """Return the official TFLite files that a network's own are measured beside, by their catalogue names."""
    return {path.stem: path for path in sorted((BASELINES / network).glob("*.tflite"))}


def artifact(network: str, recipe: str) -> Path:
    """Return the TFLite file of a network built with a recipe."""
    return MODELS / network / f"{recipe}.tflite"


def phoned(target: str, network: str) -> Path:
    """Return the record of a network's figures on a target; git keeps it."""
    return DEVICES / target / f"{network}.json"


def recommended(target: str, network: str) -> Path:
    """Return the file of a network that is shipped for a target; empty where none is."""
    return RECOMMENDED / target / f"{network}.tflite"


def record(stage: str, *names: str) -> Path:
    """Return the record that a stage leaves of a source, a network, or a network's recipe.

    Data that a later stage reads has its record beside it in one folder: one output, since DVC's time grows with the
    number of outputs and dependencies.
    """
    beside = {"fetch": SOURCES, "freeze": GRAPHS, "samples": SAMPLES, "reference": REFERENCES, "variants": VARIANTS}
    if stage in beside:
        return beside[stage] / names[0] / "record.json"
    return RECORDS.joinpath(stage, *names[:-1], f"{names[-1]}.json")
