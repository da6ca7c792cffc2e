"""One dvc.yaml for each network, written from one template: DVC's time grows with the square of a file's stages."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

from litemill.ground import project
from litemill.settings.params import Params

HEADER = "# written by `make plan` from "


def wanted(params: Params) -> dict[Path, str]:
    """Return the files that `params` asks for, by path."""
    body = Template(_template(project.PIPELINE))
    found = {}
    for name, network in params.networks.items():
        recipes = "[" + ", ".join(params.built_with(name)) + "]"
        # what is left in ${} is DVC's
        filled = body.safe_substitute(network=name, source=network.source, recipes=recipes)
        found[project.pipeline(name)] = filled
    if params.targets:
        found[project.ON_PHONES] = _template(project.PHONES)
    return found


def present() -> dict[Path, str]:
    """Return the files that were written here before, by path; one that was not is left alone."""
    found = {path: path.read_text(encoding="utf-8") for path in sorted(project.PIPELINE.parent.glob("*/dvc.yaml"))}
    return {path: text for path, text in found.items() if text.startswith(HEADER)}


def difference(old: Mapping[Path, str], new: Mapping[Path, str]) -> str:
    """Say in words which networks' files differ, or nothing."""
    names = {
        "added": [path for path in new if path not in old],
        "changed": [path for path in new if path in old and old[path] != new[path]],
        "removed": [path for path in old if path not in new],
    }
    said = (f"{what} {', '.join(sorted(path.parent.name for path in found))}" for what, found in names.items() if found)
    return "; ".join(said)


def _template(path: Path) -> str:
    """Return a template with a line that says so in the place of its own head."""
    text = path.read_text(encoding="utf-8")
    return f"{HEADER}{path}: edit that one\n{text[text.index('stages:') :]}"
