"""How long report and page of many files take to write and to open, and how large the page is.

    python benchmarks/report_scale.py [NETWORKS] [RECIPES]

The records are made up (as in tests/report/built.py), the pictures are the repository's own, half of the networks
segment and half stylize; the files themselves are small stand-ins, which the report only hashes. Opening is timed in
Chromium, from the address to the end of `load`, and to the first frame after it.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import numpy as np
import yaml

REPOSITORY = Path(__file__).parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from report import browser, built  # noqa: E402

from litemill.ground import io, npz, project  # noqa: E402
from litemill.records import store  # noqa: E402
from litemill.records.accuracy import Gate, Judged, Validated, Verdict  # noqa: E402
from litemill.records.artifact import Converted  # noqa: E402
from litemill.records.base import Record  # noqa: E402
from litemill.records.cost import Benchmarked, Measured, Rewriting  # noqa: E402
from litemill.records.graph import Frozen, Referenced, Sampled  # noqa: E402
from litemill.records.recommendation import Candidate, Choice, Recommended  # noqa: E402
from litemill.settings.recommend import TARGETS  # noqa: E402
from litemill.tasks import images  # noqa: E402

SIDE, DARK = 384, 128
LIKE = ("birds", "painter")
METRIC = {"birds": "label_agreement", "painter": "psnr_db"}


def main(networks: int, recipes: int) -> None:
    """Make a checkout of so many files, write its report, open its page, and print what that took."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        built.build(Path(folder))
        grow(networks, recipes)
        seconds, used = write(Path(folder))
        page = Path(folder) / project.PAGE
        loaded, shown = opened(page)
        print(f"{networks * recipes} files of {networks} networks")
        print(f"written in {seconds:.1f} s, {used:.1f} s of processors; page {page.stat().st_size / 1e6:.1f} MB")
        print(f"opened in {loaded:.2f} s, first frame after {shown:.2f} s")


def grow(networks: int, recipes: int) -> None:
    """Turn the made-up checkout into one of many networks, each like one of its own."""
    params = yaml.safe_load(project.PARAMS.read_text())
    names = [f"recipe_{index:02}" for index in range(recipes)]
    likes = {f"{LIKE[index % 2]}_{index:02}": LIKE[index % 2] for index in range(networks)}
    params["networks"] = {name: params["networks"][like] | {"baselines": []} for name, like in likes.items()}
    params |= {"recipes": {name: {"quantize": "none"} for name in names}, "bottleneck_from": {}}
    project.PARAMS.write_text(yaml.safe_dump(params, sort_keys=False))
    outputs = {like: answered(like, names) for like in LIKE}
    verdicts = []
    for index, (name, like) in enumerate(likes.items()):
        # every network's pictures are its own
        moved = {key: np.roll(answer, 3 * index, 0) for key, answer in outputs[like].items()}
        verdicts += network(name, like, names, moved)
    store.save(project.RECORDS / "gate.json", Gate(tuple(verdicts)))


def answered(like: str, names: list[str]) -> npz.Arrays:
    """Make what each file says: real pictures, each file's a little off."""
    found: npz.Arrays = {}
    for index, picture in enumerate(("content/cat_720p.jpg", "content/face.jpg")):
        pixels = images.resize(images.read(project.IMAGES / picture), SIDE, SIDE)
        said = pixels if like == "painter" else np.where(pixels[..., 0] > DARK, np.uint8(15), np.uint8(0))
        found |= {f"{name}_{index:03}": np.roll(said, step, 1) for step, name in enumerate(names)}
    return found


def original(like: str, outputs: npz.Arrays, first: str) -> npz.Arrays:
    """Make what the original says: what the first file does."""
    said = [outputs[f"{first}_{index:03}"] for index in range(2)]
    if like == "painter":
        return {"stylized": np.stack(said).astype(np.float32) / np.float32(255)}
    return {f"labels_{index:03}": labels for index, labels in enumerate(said)}


def network(name: str, like: str, recipes: list[str], outputs: npz.Arrays) -> list[Verdict]:
    """Write a network's records, graph, answers and files; give its verdicts."""
    io.write(project.graph(name), name.encode())
    npz.write(project.outputs(name), outputs)
    npz.write(project.reference(name), original(like, outputs, recipes[0]))
    copied("freeze", like, name, Frozen, sha256=io.sha256(project.graph(name)))
    copied("samples", like, name, Sampled)
    copied("reference", like, name, Referenced, sha256=io.sha256(project.reference(name)))
    judged = store.load(project.record("validate", like), Validated).artifacts[0]
    measured = store.load(project.record("benchmark", like), Benchmarked).artifacts[0]
    found: list[tuple[Judged, Measured]] = []
    for index, recipe in enumerate(recipes):
        io.write(project.artifact(name, recipe), f"{name} {recipe}".encode())
        sha256, size = io.sha256(project.artifact(name, recipe)), 10_000_000 // (index + 1)
        like_recipe = store.load(project.record("convert", like, "fp32"), Converted)
        described = msgspec.structs.replace(like_recipe, network=name, recipe=recipe, sha256=sha256, size_bytes=size)
        store.save(project.record("convert", name, recipe), described)
        times = tuple(msgspec.structs.replace(one, median_ms=10.0 + index) for one in measured.latency)
        metrics = {key: value * (1 - index / 1000) for key, value in judged.metrics.items()}
        found.append(
            (
                msgspec.structs.replace(judged, name=recipe, sha256=sha256, size_bytes=size, metrics=metrics),
                msgspec.structs.replace(measured, name=recipe, sha256=sha256, latency=times),
            )
        )
    kept = io.sha256(project.outputs(name))
    artifacts = tuple(one for one, _ in found)
    copied("validate", like, name, Validated, artifacts=artifacts, outputs_sha256=kept)
    copied("rewriting", like, name, Rewriting)
    weighed = tuple(Candidate(one.name, one.sha256, one.size_bytes, one.metrics[METRIC[like]]) for one in artifacts)
    choices = tuple(
        Choice(target, weighed[0].recipe, weighed[0].sha256, "the first", METRIC[like], weighed) for target in TARGETS
    )
    copied("recommend", like, name, Recommended, choices=choices)
    copied("benchmark", like, name, Benchmarked, artifacts=tuple(one for _, one in found))
    return [Verdict(name, one.name, one.sha256) for one in artifacts]


def copied(stage: str, like: str, name: str, kind: type[Record], **fields: object) -> None:
    """Write a record of another network as this one's, with other fields."""
    record = store.load(project.record(stage, like), kind)
    store.save(project.record(stage, name), msgspec.structs.replace(record, network=name, **fields))


def write(folder: Path) -> tuple[float, float]:
    """Run the report stage as a build does; give the seconds that it took, on the clock and of processors."""
    start, before = time.perf_counter(), os.times()
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-m", "litemill", "report"], cwd=folder, env=environment, check=True, timeout=600)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, used


def opened(page: Path) -> tuple[float, float]:
    """Open a page twice, the second time for the figures: seconds to `load`, and to the first frame after it."""
    with browser.launched() as chromium:
        for _ in range(2):
            start = time.perf_counter()
            with browser.opened(chromium, page) as (tab, _):
                loaded = time.perf_counter() - start
                tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
                shown = time.perf_counter() - start
    return loaded, shown


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or (50, 10)))
