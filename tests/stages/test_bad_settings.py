"""Mistakes in params.yaml and the catalogue, as a user meets them."""

import os
import subprocess
import sys
from pathlib import Path

import planned
import pytest

from litemill.ground.errors import SettingsError
from litemill.settings import params

ROOT = Path(__file__).parents[2]
PARAMS = """\
source: embedded
fetch: [deeplab, magenta, official_deeplab, official_predict]
networks:
  street: {source: deeplab, input: [513, 513], baselines: [official_deeplab]}
  painting: {source: magenta, part: predict, input: [256, 256]}
  painter: {source: magenta, part: transfer, input: [384, 384], recipes: [fp32]}
bottleneck_from: {painter: painting}
recipes:
  fp32: {quantize: none, tolerance: {label_agreement: 0.999, psnr_db: 60}}
  int8: {quantize: int8, calibration_samples: 2}
images:
  segmentation: {calibration: [a.png], evaluation: [b.png], truth: {b.png: c.png}}
  content: {calibration: [d.png], evaluation: [e.png]}
  style: {calibration: [f.png], evaluation: [g.png]}
benchmark: {threads: [1], rounds: 2, rewriting_rounds: 1, warmup: 1}
"""
CATALOG = """\
deeplab: {kind: frozen_graph, url: u, mirror: m, licence: Apache-2.0, task: segmentation, crop: {size: [513, 513]}}
magenta: {kind: saved_model, url: u, mirror: m, licence: Apache-2.0, task: stylization}
official_deeplab: {kind: tflite, url: u, mirror: m, licence: Apache-2.0, task: segmentation}
official_predict: {kind: tflite, url: u, mirror: m, licence: Apache-2.0, task: stylization, part: predict}
"""
# what stands in the file, what a user makes of it, what is said
IN_PARAMS = [
    ("benchmark:", "benchmrak:", "params.yaml: unknown key 'benchmrak' -> did you mean 'benchmark'?"),
    ("quantize: none", "quantise: none", "recipes.fp32: unknown key 'quantise' -> did you mean 'quantize'?"),
    ("psnr_db: 60", "psnr: 60", "recipes.fp32.tolerance: unknown key 'psnr' -> did you mean 'psnr_db'?"),
    ("recipes: [fp32]", "recipes: [fp23]", "networks.painter.recipes: unknown recipe 'fp23' -> did you mean 'fp32'?"),
    ("{painter: painting}", "{painter: paintin}", "unknown network 'paintin' -> did you mean 'painting'?"),
    ("{painter: painting}", "{painting: painter}", "bottleneck_from: painting is no transfer network"),
    ("fetch: [deeplab", "fetch: [deeplap", "params.yaml: fetch: unknown source 'deeplap' -> did you mean 'deeplab'?"),
    (
        "source: deeplab",
        "source: deeplabs",
        "networks.street: unknown source (not in fetch) 'deeplabs' -> did you mean",
    ),
    ("[official_deeplab]", "[oficial]", "networks.street: unknown source (not in fetch) 'oficial' -> did you mean"),
    ("[official_deeplab]", "[official_predict]", "street.baselines: official_predict is no official file of the same"),
    ("[official_deeplab]", "[deeplab]", "expected tflite, segmentation, got frozen_graph, segmentation"),
    ("source: deeplab", "source: official_deeplab", "networks.street.source: official_deeplab is a TFLite file"),
    ("part: predict, ", "", "networks.painting.part: expected predict or transfer -> magenta is for"),
    ("source: deeplab", "part: predict, source: deeplab", "networks.street.part: expected none, got predict"),
    ("part: predict", "part: half", "networks.painting.part: got 'half'"),
    ("quantize: int8", "quantize: int4", "recipes.int8.quantize: got 'int4' -> Invalid enum value 'int4'"),
    ("calibration_samples: 2", "calibration_samples: two", "int8.calibration_samples: got 'two' -> Expected"),
    ("calibration_samples: 2", "calibration_samples: 2, keep_float: all", "int8.keep_float: got 'all'"),
    (
        "quantize: none",
        "quantize: none, refit: true",
        "fp32 -> refit and keep_float can not be given with quantize none",
    ),
    (
        "calibration_samples: 2",
        "calibration_samples: 2, refit: true, keep_float: auto",
        "recipes.int8 -> keep_float auto can not be given with refit: name the outputs",
    ),
    (", calibration_samples: 2", "", "recipes.int8 -> calibration_samples must be given with quantize int8"),
    ("quantize: none", "quantize: none, calibration_samples: 1", "recipes.fp32 -> calibration_samples can not be"),
    ("0.999", "99.9", "recipes.fp32.tolerance.label_agreement: got 99.9 -> Expected `float` <= 1.0"),
    ("psnr_db: 60", "psnr_db: .nan", "recipes.fp32.tolerance.psnr_db: expected a finite number, got nan"),
    ("[513, 513]", "[513]", "networks.street.input: got [513] -> Expected `array` of length 2"),
    ("[513, 513]", "[0, 513]", "networks.street.input: got [0, 513] -> Expected `int` >= 1"),
    ("[513, 513]", "513", "networks.street.input: got 513 -> Expected `array`, got `int`"),
    ("rounds: 2, ", "", "params.yaml: benchmark: rounds is missing -> add rounds:"),
    ("threads: [1]", "threads: []", "benchmark.threads: got [] -> Expected `array` of length >= 1"),
    ("recipes: [fp32]", "recipes: []", "networks.painter.recipes: got []"),
    ("  int8: {", "  fp32: {", "params.yaml, line 10: 'fp32' is given twice -> rename or remove one of the two"),
    ("  street:", "  str.eet:", "params.yaml: networks: got 'str.eet' -> Expected `str` matching regex"),
    ("  int8: {", "  ../int8: {", "params.yaml: recipes: got '../int8' -> Expected `str` matching regex"),
    ("evaluation: [b.png]", "evaluation: [b.png, a.png]", "images.segmentation -> calibration and evaluation share"),
    ("evaluation: [g.png]", "evaluation: [d.png]", "images -> content.calibration and style.evaluation share d.png"),
    ("evaluation: [e.png]", "evaluation: []", "images.content -> calibration and evaluation need a picture each"),
    ("evaluation: [e.png]", "evaluation: [a + b.png]", "images.content -> 'a + b.png': no picture's name can hold"),
    ("{b.png: c.png}", "{a.png: c.png}", "images.segmentation -> truth is given for a.png, which evaluation does not"),
    ("recipes:\n", "recipes:\n\t", "params.yaml: is not YAML: got while scanning"),
    ("benchmark:", "recommend: {cpu: {prefer: fastest}}\nbenchmark:", "recommend.cpu -> prefer fastest needs threads"),
    (
        "benchmark:",
        "recommend: {cpu: {prefer: fastest, threads: 2}}\nbenchmark:",
        "params.yaml: recommend.cpu.threads: expected one of benchmark.threads: 1, got 2",
    ),
    (
        "benchmark:",
        "recommend: {gpu: {prefer: smallest, max_bytes: {painer: 9}}}\nbenchmark:",
        "recommend.gpu.max_bytes: unknown network 'painer' -> did you mean 'painter'?",
    ),
    ("benchmark:", "recommend: {tpu: {}}\nbenchmark:", "recommend: unknown key 'tpu' -> did you mean"),
    (
        "  street:",
        "  recommended:",
        "params.yaml: networks.recommended: the name is taken: models/recommended",
    ),
    ("  street:", "  settings:", "params.yaml: networks.settings: the name is taken: pipelines/settings holds params"),
    ("  street:", "  gallery_01:", "params.yaml: networks.gallery_01: the name is taken: reports/figures has pictures"),
    ("  int8: {", "  official_deeplab: {", "recipes.official_deeplab: networks.street has an official file of this"),
    (
        "benchmark:",
        "targets: {host: {host: true, configurations: [{}]}}\nbenchmark:",
        "params.yaml: targets.host: budgets call the host of the build so -> rename it",
    ),
    ("fetch: [deeplab,", "fetch: [deeplab, deeplab,", "params.yaml: fetch: 'deeplab' is given twice -> remove one"),
    ("evaluation: [e.png]", "evaluation: [e.png, e.png]", "images.content -> 'e.png' is given twice"),
    (PARAMS, "", "params.yaml: expected a mapping, got None"),
]
IN_CATALOG = [
    ("kind: tflite", "kynd: tflite", "data/catalog.yaml: official_deeplab: unknown key 'kynd' -> did you mean 'kind'?"),
    ("kind: tflite", "kind: onnx", "data/catalog.yaml: official_deeplab.kind: got 'onnx' -> Invalid enum value"),
    ("size: [513, 513]", "size: 513", "data/catalog.yaml: deeplab.crop.size: got 513 -> Expected `array`"),
    ("url: u", "url: file:///m.pb", "deeplab -> url 'file:///m.pb' is neither an http(s) address nor a file's path"),
    ("mirror: m, ", "", "data/catalog.yaml: deeplab: mirror is missing -> add mirror:"),
    ("official_predict:", "deeplab:", "data/catalog.yaml, line 4: 'deeplab' is given twice"),
    ("official_predict:", "a/b:", "data/catalog.yaml: got 'a/b' -> Expected `str` matching regex"),
    ("licence: Apache-2.0", "licence: Apache-2.0, sha256: abc", "deeplab.sha256: got 'abc'"),
    (CATALOG, "deeplab", "data/catalog.yaml: got 'deeplab' -> Expected `object`, got `str`"),
]  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "dvc.yaml").touch()
    planned.write(tmp_path, PARAMS)
    (tmp_path / "data/catalog.yaml").write_text(CATALOG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a stage as a user does."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refused(checkout: Path, *arguments: str) -> str:
    """Run a stage, see that it ends as it should and writes nothing, and give its one line."""
    before = sorted(checkout.rglob("*"))
    done = run(checkout, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert sorted(checkout.rglob("*")) == before
    return done.stderr


def test_the_repositorys_own_settings_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert params.load().networks


@pytest.mark.parametrize(("old", "new", "said"), IN_PARAMS)
def test_a_mistake_in_the_params_is_named_by_its_place(checkout: Path, old: str, new: str, said: str) -> None:
    edit(checkout / "params.yaml", old, new)
    with pytest.raises(SettingsError) as caught:
        params.load()
    assert said in str(caught.value)
    assert str(caught.value).startswith("params.yaml")


@pytest.mark.parametrize(("old", "new", "said"), IN_CATALOG)
def test_a_mistake_in_the_catalogue_is_named_by_its_place(checkout: Path, old: str, new: str, said: str) -> None:
    edit(checkout / "data/catalog.yaml", old, new)
    with pytest.raises(SettingsError) as caught:
        params.load()
    assert said in str(caught.value)


# one of each kind: key, recipe, network, source, type, absence, twice, no YAML, name
@pytest.mark.parametrize(("old", "new", "said"), [IN_PARAMS[n] for n in (1, 3, 4, 6, 21, 24, 27, 28, 35)])
def test_a_user_sees_one_line_and_exit_1(checkout: Path, old: str, new: str, said: str) -> None:
    edit(checkout / "params.yaml", old, new)
    assert said in refused(checkout, "litemill", "plan", "--write")


@pytest.mark.parametrize(
    "arguments",
    [
        ("litemill", "plan"),
        ("litemill", "check"),
        ("litemill", "report", "--table"),
    ],
)
def test_what_reads_the_whole_of_the_settings_checks_the_settings_before_it_does_anything(
    checkout: Path, arguments: tuple[str, ...]
) -> None:
    edit(checkout / "params.yaml", "quantize: none", "quantise: none")
    assert "recipes.fp32: unknown key 'quantise'" in refused(checkout, *arguments)


def test_a_stage_reads_the_settings_that_plan_has_checked_and_says_where_they_are_not(checkout: Path) -> None:
    edit(checkout / "params.yaml", "rounds: 2, ", "")
    assert "stret: no file to time" in refused(checkout, "stages.benchmark", "--network", "stret")
    path = Path("pipelines/settings/benchmark.json")
    (checkout / path).write_text('{"threads": "many"}')
    said = refused(checkout, "stages.benchmark", "--network", "street")
    assert (
        f"{path}: of another version: got Expected `array`, got `str` - at `$.threads` -> run: dvc repro plan" in said
    )
    (checkout / path).unlink()
    said = refused(checkout, "stages.benchmark", "--network", "street")
    assert f"{path}: no such file -> run: dvc repro plan" in said


def test_an_unknown_network_on_the_command_line_is_named(checkout: Path) -> None:
    assert "stret/record.json: no such record" in refused(checkout, "stages.validate", "--network", "stret")
    assert "stret: no file to time" in refused(checkout, "stages.benchmark", "--network", "stret")


def test_a_stage_ahead_of_those_that_it_needs_says_what_to_run(checkout: Path) -> None:
    assert "street.json: no such record -> run: dvc repro" in refused(checkout, "stages.gate")
    assert "record.json: no such record -> run: dvc repro" in refused(
        checkout, "stages.validate", "--network", "street"
    )


@pytest.mark.parametrize("missing", ["params.yaml", "data/catalog.yaml"])
def test_settings_that_are_not_there_are_named(checkout: Path, missing: str) -> None:
    (checkout / missing).unlink()
    said = refused(checkout, "litemill", "plan", "--write")
    assert f"{missing}: no such file -> get it back: git checkout -- {missing}" in said
