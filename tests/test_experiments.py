"""Experiments of DVC's: one value changes one line of params.yaml, and they build apart from the working tree."""

import difflib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from clones import LIMIT, ONE_PICTURE, ONE_RUN, ROOT, Clone, ran
from dvc.utils.hydra import apply_overrides

PARAMS = (ROOT / "params.yaml").read_text()
# a value of each kind that is another, and as long as any
OTHERS = {bool: "false", int: "123456789", float: "0.123456789", str: "something/quite_different"}
SOURCE = "deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01"


def values(settings: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Return each value that is no list, by its name as DVC writes it; a name with a dot can't be told by it."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from values(value, f"{above}{key}.")
        elif not isinstance(value, list) and "." not in key:
            yield above + key, value


def changes(folder: Path, *overrides: str) -> list[str]:
    """Set values by DVC's own function for `-S`, and give the lines that went and came."""
    path = folder / "params.yaml"
    path.write_text(PARAMS)
    apply_overrides(path, list(overrides))
    lines = difflib.ndiff(PARAMS.splitlines(), path.read_text().splitlines())
    return [line for line in lines if line[0] in "+-"]


def comments(text: str) -> list[str]:
    return [line.partition("# ")[2] for line in text.splitlines() if "# " in line]


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("recipes.int8.calibration_samples=8", ["-     calibration_samples: 10", "+     calibration_samples: 8"]),
        ("recommend.gpu.fully_delegable=false", ["-     fully_delegable: true", "+     fully_delegable: false"]),
        ("recommend.same_latency=0.1", ["-   same_latency: 0.05", "+   same_latency: 0.1"]),
        ("networks.magenta_predict.part=transfer", ["-     part: predict", "+     part: transfer"]),
        ("benchmark.threads=[1,4]", ["-   - 2", "+   - 4"]),
        ("recommend.gpu.quantize=[fp16]", ["-     - fp16_exact"]),
        ("+recipes.int8.refit=true", ["+     refit: true"]),
        ("~recipes.int8_refit.refit", ["-     refit: true"]),
    ],
)
def test_a_value_of_each_kind_changes_its_own_lines(tmp_path: Path, override: str, expected: list[str]) -> None:
    assert changes(tmp_path, override) == expected


def test_every_value_of_params_yaml_has_a_line_that_dvc_changes_alone(tmp_path: Path) -> None:
    assert changes(tmp_path) == []
    each = [f"{name}={OTHERS[type(value)]}" for name, value in values(yaml.safe_load(PARAMS)) if value is not False]
    assert len(each) > 80
    changed = changes(tmp_path, *each)
    # a line of a text that is too long for one holds nothing but the text
    came = [line.partition(" #")[0].split(": ")[-1].lstrip("+ ") for line in changed if line[0] == "+"]
    assert sorted(came) == sorted(one.partition("=")[2] for one in each)
    assert len(changed) == 2 * len(each)
    assert comments((tmp_path / "params.yaml").read_text()) == comments(PARAMS)


def test_no_comment_is_lost_where_networks_and_recipes_come_and_go(tmp_path: Path) -> None:
    changes(
        tmp_path, "+recipes.new={quantize: fp16, tolerance: {psnr_db: 30}}", "~networks.magenta_predict", "fetch=[a]"
    )
    assert comments((tmp_path / "params.yaml").read_text()) == comments(PARAMS)


def git(clone: Clone, *options: str) -> str:
    done = subprocess.run(["git", *options], cwd=clone.root, check=True, capture_output=True, text=True, timeout=LIMIT)
    return done.stdout


def committed(clone: Clone) -> Clone:
    git(clone, "config", "user.name", "somebody")
    git(clone, "config", "user.email", "somebody@example.org")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "as it is")
    return clone


def test_dvc_queues_an_experiment_that_differs_in_one_line_and_leaves_the_working_tree(tmp_path: Path) -> None:
    clone = committed(Clone(tmp_path / "clone"))
    done = clone.dvc("exp", "run", "--queue", "-S", "recipes.int8.calibration_samples=8")
    assert done.returncode == 0, done.stderr
    assert git(clone, "status", "--porcelain") == ""
    # DVC packs its own options below .dvc
    changed = git(clone, "diff", "--numstat", "HEAD", "refs/exps/celery/stash", "--", ":!.dvc")
    assert changed.split() == ["1", "1", "params.yaml"]


@pytest.mark.parametrize(
    "place", [pytest.param(["--temp"], marks=pytest.mark.build), pytest.param([], marks=pytest.mark.long)]
)
def test_an_experiment_that_adds_a_network_says_what_to_do_ahead_of_it_and_that_helps(
    tmp_path: Path, place: list[str]
) -> None:
    clone = Clone(tmp_path / "clone")
    predict = {"magenta_predict": clone.params["networks"]["magenta_predict"]}
    clone.set(clone.params | {"networks": predict, "bottleneck_from": {}, "gallery": []})
    committed(clone)
    added = "+networks.another={source: magenta_mobile, part: predict, input: [256,256], recipes: [fp32]}"
    done = clone.dvc("exp", "run", *place, "-S", added, "plan")
    assert done.returncode != 0
    remedy = "set networks and recipes in the workspace's params.yaml, then run: "
    remedy += "make plan && git add pipelines && dvc exp run"
    assert [line for line in done.stderr.splitlines() if line.startswith("error: ")] == [
        f"error: pipelines was not in step with params.yaml: got added another, just now -> {remedy}"
    ]
    if place:  # in the working tree it is set
        assert git(clone, "status", "--porcelain") == ""
        apply_overrides(clone.root / "params.yaml", [added])
    assert clone.make("plan").returncode == 0
    git(clone, "add", "pipelines")
    done = clone.dvc("exp", "run", *place, "plan")
    assert done.returncode == 0, done.stderr
    assert "in step with params.yaml" in done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = Clone(tmp_path_factory.mktemp("experiments") / "clone")
    params = clone.params
    recipes = {name: params["recipes"][name] for name in ("fp32", "int8")}
    recipes["int8"]["calibration_samples"] = 2
    images = {
        **ONE_PICTURE,
        "segmentation": params["images"]["segmentation"] | {"evaluation": ["segmentation/bird.png"]},
    }
    network = {"source": SOURCE, "input": [97, 97], "output": "logits"}
    smaller = {"fetch": [SOURCE], "networks": {"birds": network}, "recipes": recipes, "recipes_off": {}}
    clone.set(params | smaller | {"bottleneck_from": {}, "gallery": [], "images": images, "benchmark": ONE_RUN})
    apply_overrides(clone.root / "params.yaml", [])  # laid out as DVC does
    done = clone.repro()
    assert done.returncode == 0, done.stdout + done.stderr
    return committed(clone)


@pytest.mark.long
@pytest.mark.parametrize("place", ["workspace", "folder"])
def test_an_experiment_builds_what_depends_on_its_value_and_is_compared_and_applied(built: Clone, place: str) -> None:
    samples = {"workspace": 1, "folder": 3}[place]
    options = ["--temp"] if place == "folder" else []
    value = f"recipes.int8.calibration_samples={samples}"
    done = built.dvc("exp", "run", *options, "--name", place, "-S", value)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"birds/convert@int8", "birds/validate", "report"} <= ran(done)
    assert not {"birds/convert@fp32", "birds/freeze"} & ran(done)
    changed = json.loads(built.dvc("exp", "diff", "--json", "HEAD", place).stdout)
    assert changed["params"] == {
        "params.yaml": {"recipes.int8.calibration_samples": {"old": 2, "new": samples, "diff": samples - 2}}
    }
    assert "birds.int8.latency_1_thread_ms" in changed["metrics"]["reports/metrics.json"]  # timed anew
    if place == "folder":
        assert git(built, "status", "--porcelain") == ""
        assert built.dvc("exp", "apply", place).returncode == 0
    assert git(built, "diff", "--numstat", "params.yaml").split() == ["1", "1", "params.yaml"]
    assert built.dvc("status", "--quiet").returncode == 0
    git(built, "restore", ".")
    assert built.dvc("checkout", "--quiet").returncode == 0
    assert built.dvc("status", "--quiet").returncode == 0
