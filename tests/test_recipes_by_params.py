"""Each recipe, and the rewrites on and off, by editing params.yaml alone: small builds of both tasks."""

import json
from typing import Any

import pytest
from clones import ONE_PICTURE, ONE_RUN, Clone, ran

pytestmark = pytest.mark.long
NETWORKS = {
    "birds": {"source": "deeplabv3_mnv2_dm05_pascal_trainval_2018_10_01", "input": [129, 129], "output": "logits",
              "recipes": ["fp32", "fp16", "fp16_exact", "dynamic", "conv_dynamic", "int8", "int8_refit",
                          "int8_keep_float", "int16x8"]},
    "painter": {"source": "magenta_mobile", "part": "transfer", "input": [96, 96],
                "recipes": ["fp32", "mixed", "fastest"]},
}  # fmt: skip
REWRITES = {"birds": ["whole_pool", "equal_resize"], "painter": ["style_transfer"]}
# fp32 at least (pictures so small cost segmentation more than any recipe), and what a recipe may take of that at most
FIGURES = {"birds": ("label_agreement", 0.85, 0.06), "painter": ("psnr_db", 60, 90)}


def settings(params: dict[str, Any], *, rewritten: bool) -> dict[str, Any]:
    """Return params with two small networks, every recipe that is kept switched on, and the rewrites on or off."""
    recipes = params["recipes"] | params["recipes_off"]
    calibrated = {
        name: one | {"calibration_samples": 1} for name, one in recipes.items() if "calibration_samples" in one
    }
    networks = {name: one | {"rewrites": REWRITES[name] if rewritten else []} for name, one in NETWORKS.items()}
    smaller = {"networks": networks, "recipes": recipes | calibrated, "recipes_off": {}, "bottleneck_from": {}}
    fetched = {"fetch": [one["source"] for one in NETWORKS.values()]}
    return params | smaller | fetched | {"images": ONE_PICTURE, "benchmark": ONE_RUN}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return Clone(tmp_path_factory.mktemp("recipes") / "clone")


@pytest.mark.parametrize("rewritten", [True, False])
def test_every_recipe_builds_with_the_rewrites_on_and_off(clone: Clone, *, rewritten: bool) -> None:
    clone.set(settings(clone.params, rewritten=rewritten))
    done = clone.repro("baselines", *(f"{name}/validate" for name in NETWORKS))
    assert done.returncode == 0, done.stdout + done.stderr
    wanted = {f"{name}/convert@{recipe}" for name, one in NETWORKS.items() for recipe in one["recipes"]}
    assert wanted <= ran(done)
    for name, one in NETWORKS.items():
        assert (clone.root / f"data/graphs/{name}/unrewritten.pb").exists() == rewritten
        judged = json.loads((clone.root / f"reports/records/validate/{name}.json").read_text())["artifacts"]
        figures = {artifact["name"]: artifact["metrics"] for artifact in judged}
        assert set(figures) == set(one["recipes"])
        metric, least, most = FIGURES[name]
        assert figures["fp32"][metric] > least
        assert all(figures["fp32"][metric] - one[metric] < most for one in figures.values()), figures
