"""A zoo whose stages take a moment: what is tested is who runs them, and where what they made goes."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from clones import Clone

from fanout import zoo

STAGE = '''"""Writes 100 kB that follow from what it reads, after a while."""

import hashlib
import os
import time
from pathlib import Path

from litemill.ground import command, io


def quick(output: str, reads: str) -> None:
    """Read a file, or a folder, and write a file."""
    found = [path for path in [Path(reads), *sorted(Path(reads).rglob("*"))] if path.is_file()]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in found) + output.encode())
    time.sleep(float(os.environ.get("QUICK_S", "0.1")))
    if os.environ.get("QUICK_FAILS") == output:
        raise SystemExit("error: it fails")
    with open(os.environ.get("QUICK_RAN", os.devnull), "a") as ran:
        ran.write(output + "\\n")
    io.write(Path(output), digest.digest() * 3000)


if __name__ == "__main__":
    command.run(quick)
'''
ROOT_STAGES = """
stages:
  plan:
    cmd: python -m stages.quick --output pipelines/quick/in_step --reads params.yaml
    params: [networks, recipes]
    outs: [pipelines/quick/in_step]
  baselines:
    cmd: python -m stages.quick --output data/baselines/all --reads data/catalog.yaml
    deps: [data/catalog.yaml, pipelines/quick/in_step]
    outs: [data/baselines]
  gate:
    cmd: python -m stages.quick --output reports/records/gate.json --reads models
    deps: [models, reports/records/validate]
    outs: [reports/records/gate.json]
"""
NETWORK_STAGES = """# of networks
stages:
  freeze:
    wdir: ../..
    cmd: python -m stages.quick --output data/graphs/${network}/graph --reads data/baselines
    deps: [data/baselines]
    outs: ["data/graphs/${network}"]
  variants:
    wdir: ../..
    cmd: python -m stages.quick --output data/variants/${network}/record --reads data/graphs/${network}
    deps: ["data/graphs/${network}"]
    outs: ["data/variants/${network}"]
  convert:
    foreach: ${recipes}
    do:
      wdir: ../..
      cmd: python -m stages.quick --output models/${network}/${item}.tflite --reads data/graphs/${network}
      params: ["recipes.${item}"]
      deps: ["data/graphs/${network}"]
      outs: ["models/${network}/${item}.tflite"]
  validate:
    wdir: ../..
    cmd: python -m stages.quick --output reports/records/validate/${network}.json --reads models/${network}
    deps: ["models/${network}"]
    outs: ["reports/records/validate/${network}.json"]
  benchmark:
    wdir: ../..
    cmd: python -m stages.quick --output reports/records/benchmark/${network}.json --reads models/${network}
    deps: ["models/${network}", "data/variants/${network}"]
    outs: ["reports/records/benchmark/${network}.json"]
  recommend:
    wdir: ../..
    cmd: python -m stages.quick --output models/recommended/cpu/${network}.tflite --reads models/${network}
    deps: ["models/${network}", "reports/records/benchmark/${network}.json"]
    outs: ["models/recommended/cpu/${network}.tflite"]
"""
NAMES = [f"{network}/{recipe}" for network in ("painting", "sketch") for recipe in ("fp32", "int8")]
ARTIFACTS = [f"models/{name}.tflite" for name in NAMES]


CONFIG = """[core]
    analytics = false
    check_update = false
    remote = shared
['remote "shared"']
    url = {url}
    verify = {verify}
"""


def make(root: Path, remote: str = "", *, verify: bool = True, **options: str) -> Clone:
    """Make such a repository, committed, with a remote that everybody uses and DVC's options for it."""
    shutil.copytree(_made(), root, symlinks=True)
    clone = Clone(root)
    if remote:
        text = CONFIG.format(url=remote, verify=str(verify).lower())
        text += "".join(f"    {name} = {value}\n" for name, value in options.items())
        (root / ".dvc/config").write_text(text)
        zoo.commit(root)
    return clone


@cache
def _made() -> Path:
    """Make such a repository without a remote, once, to be copied."""
    root = Path(tempfile.mkdtemp(prefix="litemill-quick-")) / "made"
    atexit.register(shutil.rmtree, root.parent, ignore_errors=True)
    clone = Clone(root)
    (root / "dvc.yaml").write_text(ROOT_STAGES)
    (root / "pipelines/network.yaml").write_text(NETWORK_STAGES)
    (root / "stages/quick.py").write_text(STAGE)
    with (root / ".gitignore").open("a") as ignored:
        ignored.write("/pipelines/quick/\n")
    shutil.rmtree(root / "data/embedded")  # megabytes that nobody reads here
    whole = clone.params
    recipes = {name: whole["recipes"][name] for name in ("fp32", "int8")}
    networks = {"painting": zoo.NETWORK, "sketch": zoo.NETWORK}
    smaller = {"fetch": ["magenta_mobile"], "networks": networks, "recipes": recipes, "bottleneck_from": {}}
    clone.set(whole | smaller | {"gallery": []})
    zoo.commit(root)
    return root
