"""A checkout as it is ahead of the report: official files stand for built ones, all records fit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import yaml

from litemill.ground import io, npz, project
from litemill.records import store
from litemill.records.accuracy import Failure, Gate, Judged, Pair, Paired, Validated, Verdict
from litemill.records.artifact import Converted, Delegation, Facts, Refusal, VariantFacts
from litemill.records.base import Record, Tensor
from litemill.records.cost import Benchmarked, Latency, Machine, Measured, Rewriting, TimedVariant
from litemill.records.graph import Frozen, Referenced, Sampled
from litemill.records.recommendation import Candidate, Choice, Recommended
from litemill.records.source import Fetched
from litemill.settings import catalog, params
from litemill.settings.catalog import Entry

REPOSITORY = Path(__file__).parents[2]
LITE = REPOSITORY / "data/embedded/lite-models"
MAGENTA = LITE / "google/lite-model/magenta/arbitrary-image-stylization-v1-256"
FILES = {
    "official_deeplabv3_257": LITE / "tensorflow/lite-model/deeplabv3/1/metadata/2.tflite",
    "official_magenta_predict_int8": MAGENTA / "int8/prediction/1.tflite",
    "official_magenta_transfer_int8": MAGENTA / "int8/transfer/1.tflite",
    "official_magenta_transfer_fp16": MAGENTA / "fp16/transfer/1.tflite",
}
SOURCES = {
    "birds": "deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01",
    "painter": "magenta_mobile",
    "eye": "magenta_mobile",
}
BIRD, CAT = "segmentation/bird.png", "content/cat_720p.jpg"
PAIRS = ("content/cat_720p.jpg + style/clouds-over-bor-1940_sq.jpg", "content/face.jpg + style/zigzag_colorful.jpg")
EVALUATION = {
    "birds": (BIRD, CAT),
    "painter": PAIRS,
    "eye": ("style/clouds-over-bor-1940_sq.jpg", "style/zigzag_colorful.jpg"),
}
# network: recipe: the file that stands for it
BUILT = {
    "birds": {"fp32": "official_deeplabv3_257"},
    "painter": {"int8": "official_magenta_transfer_int8", "fp32": "official_magenta_transfer_fp16"},
    "eye": {"fp32": "official_magenta_predict_int8", "int8": "official_magenta_predict_int8"},
}
BASELINES = {
    "birds": ["official_deeplabv3_257"],
    "painter": ["official_magenta_transfer_int8"],
    "eye": ["official_magenta_predict_int8"],
}
METRICS = {
    "birds": {"label_agreement": 0.95, "mean_iou": 0.8765432},
    "painter": {"psnr_db": 31.25, "psnr_db_min": 29.0, "ssim": 0.91},
    "eye": {"bottleneck_cosine": 0.99996, "bottleneck_cosine_min": 0.9999},
}
PARAMS: dict[str, Any] = {
    "source": "embedded",
    "fetch": [*dict.fromkeys(SOURCES.values()), *FILES],
    "networks": {
        "birds": {"source": SOURCES["birds"], "input": [257, 257]},
        "painter": {"source": "magenta_mobile", "part": "transfer", "input": [384, 384]},
        "eye": {"source": "magenta_mobile", "part": "predict", "input": [256, 256]},
    },
    "recipes": {
        "fp32": {"quantize": "none", "tolerance": {"label_agreement": 0.965}},
        "int8": {"quantize": "int8", "calibration_samples": 10},
    },
    "bottleneck_from": {"painter": "eye"},
    "images": {
        "segmentation": {"calibration": ["content/owl.jpg"], "evaluation": [BIRD, CAT]},
        "content": {"calibration": ["content/owl.jpg"], "evaluation": [CAT, "content/face.jpg"]},
        "style": {"calibration": ["style/bricks_sq.jpg"], "evaluation": list(EVALUATION["eye"])},
    },
    "benchmark": {"threads": [1, 2], "rounds": 5, "rewriting_rounds": 1, "warmup": 1},
}  # fmt: skip
for _name, _official in BASELINES.items():
    PARAMS["networks"][_name]["baselines"] = _official
MACHINE = Machine("A | processor", 2, 8, ("avx2",), "Linux x86_64", "2.3.0")


def build(checkout: Path) -> None:
    """Fill an empty folder with all that the report reads; the current folder must be it."""
    for folder in ("data/images", "data/labels"):
        shutil.copytree(REPOSITORY / folder, checkout / folder)
    shutil.copy(REPOSITORY / "data/catalog.yaml", project.CATALOG)
    project.PARAMS.write_text(yaml.safe_dump(PARAMS, sort_keys=False), encoding="utf-8")
    entries = catalog.load()
    for source in PARAMS["fetch"]:
        fetch(source, entries[source])
    for network, recipes in BUILT.items():
        frozen(network)
        sampled(network)
        for recipe in recipes:
            converted(network, recipe)
        for baseline in BASELINES[network]:
            copied(FILES[baseline], project.BASELINES / network / f"{baseline}.tflite")
        validated(network)
        benchmarked(network)
        rewriting(network)
        recommended(network)
    paired()
    failure = Failure("label_agreement", 0.95, 0.965)
    verdicts = tuple(
        Verdict(network, recipe, io.sha256(FILES[file]), (failure,) if network == "birds" else ())
        for network, recipes in BUILT.items() for recipe, file in recipes.items()
    )  # fmt: skip
    store.save(project.RECORDS / "gate.json", Gate(verdicts))


def copied(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)


def fetch(source: str, entry: Entry) -> None:
    rebuilt = entry.kind != "tflite"
    store.save(project.record("fetch", source), Fetched(source, "embedded", rebuilt, "c" * 64, 1234567, {}, entry))


def frozen(network: str) -> None:
    io.write(project.graph(network), network.encode())
    tensor = Tensor("image", "image", (1, 257, 257, 3), "float32")
    sha256, ops = io.sha256(project.graph(network)), {"Const": 9, "Conv2D": 3, "Relu6": 2}
    output = Tensor("logits", "logits", (1, 33, 33, 21), "float32")
    settings = params.load().networks[network]
    entry = catalog.entry(settings.source)
    record = Frozen(network, settings, entry, sha256, (tensor,), output, ops, 4321)
    store.save(project.record("freeze", network), record)


DELEGATION = (Delegation("xnnpack", 3, (Refusal("MIRROR_PAD", "no kernel for it", 2),)), Delegation("gpu", None, ()))
FACTS = Facts({"multiply_adds": 5e6, "operators": 1}, DELEGATION)
COSTS: dict[str, float] = {"init_ms": 12.3456, "peak_memory_mb": 45.678}


def sampled(network: str) -> None:
    """Write samples, and what a made-up original says: stripes of classes, grey pictures."""
    random = np.random.default_rng(3)
    picture = random.random((2, 384, 384, 3), np.float32)
    if network == "birds":
        arrays = {"image": random.random((2, 257, 257, 3), np.float32)}
        stripes = np.repeat(np.array([0, 3, 15], np.uint8), 171)
        answers = {"labels_000": np.tile(stripes, (513, 1)), "labels_001": np.zeros((360, 640), np.uint8)}
    else:
        arrays = {
            "content": picture,
            "style": picture,
            "bottleneck": random.random((2, 1, 1, 100), np.float32),
        }
        answers = {"stylized": np.full_like(picture, 0.5)}
    npz.write(project.samples(network, "evaluation"), arrays)
    npz.write(project.reference(network), answers)
    truth = {BIRD: "segmentation/bird_labels.png"} if network == "birds" else {}
    sha256 = io.sha256(project.samples(network, "evaluation"))
    calibration = ("content/owl.jpg",) if network != "painter" else ("content/owl.jpg + style/bricks_sq.jpg",)
    record = Sampled(network, calibration, EVALUATION[network], sha256, truth)
    store.save(project.record("samples", network), record)
    store.save(project.record("reference", network), Referenced(network, io.sha256(project.reference(network)), 0.0))


def converted(network: str, recipe: str) -> None:
    target = project.artifact(network, recipe)
    copied(FILES[BUILT[network][recipe]], target)
    tensor = Tensor("image", "image", (1, 257, 257, 3), "float32")
    record = Converted(
        network,
        recipe,
        "none",
        io.sha256(target),
        target.stat().st_size,
        (tensor,),
        (tensor,),
        {"ADD": 1},
        facts=FACTS,
    )
    store.save(project.record("convert", network, recipe), record)


def measured_files(network: str) -> list[tuple[str, str, bool]]:
    """Return (name, file that it is, official) of a network's files."""
    return [(recipe, file, False) for recipe, file in BUILT[network].items()] + [
        (name, name, True) for name in BASELINES[network]
    ]


def validated(network: str) -> None:
    pictures = dict.fromkeys(EVALUATION[network], METRICS[network])
    pictures[EVALUATION[network][1]] = {name: value * 0.9 for name, value in METRICS[network].items()}
    iou = {"background": 0.97, "bird": 0.75} if network == "birds" else {}
    judged = tuple(
        Judged(name, io.sha256(FILES[file]), FILES[file].stat().st_size, METRICS[network], pictures, official, iou,
               FACTS if official else None)
        for name, file, official in measured_files(network)
    )  # fmt: skip
    original = {"background": 0.98, "bird": 0.81} if network == "birds" else {}
    said = {
        f"{name}_{index:03}": answer
        for shift, (name, _, _) in enumerate(measured_files(network))
        for index, answer in enumerate(answers(network, shift))
    }
    npz.write(project.outputs(network), said)
    sha256 = io.sha256(project.outputs(network))
    store.save(project.record("validate", network), Validated(network, sha256, judged, original))


def answers(network: str, shift: int) -> list[npt.NDArray[np.uint8]]:
    """Make up what one of a network's files says to its two samples."""
    if network == "birds":
        stripes = np.repeat(np.array([0, 15, 3], np.uint8), 171)
        return [np.tile(np.roll(stripes, shift), (513, 1)), np.zeros((360, 640), np.uint8)]
    return [np.full((384, 384, 3), grey + shift, np.uint8) for grey in (100, 150)]


def benchmarked(network: str) -> None:
    latency = (Latency(1, 123.456, 140.0, 0.021), Latency(2, 6.78912, 9.0, 0.31))
    measured = tuple(Measured(name, io.sha256(FILES[file]), COSTS, latency, official)
                     for name, file, official in measured_files(network))  # fmt: skip
    store.save(project.record("benchmark", network), Benchmarked(network, MACHINE, 5, measured))


def rewriting(network: str) -> None:
    variants = tuple(
        TimedVariant(name, dict.fromkeys(names, 2), "0" * 64, 1000, psnr, error,
                     figures={"init_ms": 3.0, "peak_memory_mb": 20.0}, latency=Latency(1, median, median, 0.01))
        for name, names, psnr, error, median in (
            ("as cut", (), None, None, 100.0), ("mirror_pad", ("mirror_pad",), 109.87, 3.8e-5, 21.5)
        )
    ) if network == "painter" else ()  # fmt: skip
    store.save(project.record("rewriting", network), Rewriting(network, variants))
    told = {one.sha256: Facts({"operators": 9, "multiply_adds": 7e6}, DELEGATION) for one in variants}
    store.save(project.record("variant_facts", network), VariantFacts(network, told))


def recommended(network: str) -> None:
    metric = {"birds": "label_agreement", "painter": "psnr_db", "eye": "bottleneck_cosine"}[network]
    candidates = tuple(
        Candidate(recipe, io.sha256(FILES[file]), FILES[file].stat().st_size, METRICS[network][metric], on_front=True)
        for recipe, file in sorted(BUILT[network].items())
    )
    chosen, *others = candidates
    if others:
        worse = msgspec.structs.replace(others[0], on_front=False, dominated_by=chosen.recipe, against="9 against 1 ms")
        candidates = (chosen, worse)
    cpu = Choice("cpu", chosen.recipe, chosen.sha256, "the fastest of 2 | for now", metric, candidates)
    gpu = Choice("gpu", "", "", "the rule allows none of 2", metric, tuple(
        msgspec.structs.replace(one, refused=("quantize none, where the rule wants fp16",)) for one in (chosen, *others)
    ))  # fmt: skip
    store.save(project.record("recommend", network), Recommended(network, (cpu, gpu)))


def paired() -> None:
    pictures = dict.fromkeys(PAIRS, METRICS["painter"])
    official = BASELINES["eye"][0], BASELINES["painter"][0]
    pairs = []
    for name, first, second in (
        ("fp32", BUILT["eye"]["fp32"], BUILT["painter"]["fp32"]),
        ("int8", BUILT["eye"]["int8"], BUILT["painter"]["int8"]),
        (" + ".join(official), *official),
    ):
        predict, transfer = io.sha256(FILES[first]), io.sha256(FILES[second])
        pairs.append(Pair(name, predict, transfer, 777, METRICS["painter"], pictures, "+" in name))
    store.save(project.record("endtoend", "painter"), Paired("painter", "eye", tuple(pairs)))


def changed(path: Path, kind: type[Record], **fields: object) -> None:
    """Write a record again with other fields."""
    store.save(path, msgspec.structs.replace(store.load(path, kind), **fields))


def report(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the stage as a user does."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "litemill", "report", *options]
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
