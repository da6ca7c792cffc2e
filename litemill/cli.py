"""The command `litemill`: verbs in groups, each a function of litemill/commands."""

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Callable
from typing import NoReturn

import litemill
from litemill.ground import command
from litemill.ground.errors import LitemillError
from litemill.ground.process import native_output_kept

# a verb's function has its name, with _ for -, and stands in the module of this name
GROUPS = {
    "build": {
        "repro": "build, prove, measure and report what params.yaml names",
        "plan": "write each network's stages, or list the units of work",
        "check": "list the files outside their tolerance and the budgets that are not kept",
        "compare": "show what changed against another revision",
    },
    "look": {
        "inspect": "find where to cut a model, prove it, and write its catalogue entry",
        "zoo": "list every source of the catalogue, with its status on this machine",
        "report": "write reports/ anew, or print the table of the artifacts",
        "benchmark-log": "read logs of TensorFlow's benchmark_model, one line of JSON a run",
    },
    "devices": {
        "devices": "list the phones that are attached, here or at workers",
        "phones": "measure on the phones that params.yaml names",
        "compare-records": "tell from two records of a phone which is faster",
    },
    "ship": {
        "bundle": "put what an app takes into dist/, or check it there",
        "stylize": "stylize a photo, all of it but some classes, or these alone",
    },
    "scale": {
        "fanout": "have the build done by the workers of a Dask cluster",
        "unit": "build one unit of work, as a worker does",
    },
    "maintain": {
        "docs": "write docs/reference.md and the schemas from the code",
    },
}
VERBS = {verb: line for group in GROUPS.values() for verb, line in group.items()}
USAGE = "litemill [-C DIR] VERB ..."
HEAD = f"""usage: {USAGE}

Build mobile vision models, DeepLab and Magenta, to TFLite: proven, measured, reported.
"""
FOOT = """
  -C DIR      run in the checkout DIR instead of the current folder
  --version   print the version
  --help      print this page; litemill VERB --help prints the options of a verb"""


def main() -> NoReturn:
    """Run the verb that the command line names, with the options that follow; exit as `command.run` says."""
    parser = argparse.ArgumentParser(prog="litemill", usage=USAGE, add_help=False, allow_abbrev=False)
    parser.format_help = page  # type: ignore[method-assign]
    parser.add_argument("-C", dest="folder", default=".")
    parser.add_argument("--version", action="version", version=f"litemill {litemill.__version__}")
    parser.add_argument("-h", "--help", action="help")
    parser.add_argument("verb", nargs="?")
    parser.add_argument("options", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    if given.verb is None:
        print(page(), end="", file=sys.stderr)
        sys.exit(2)
    if given.verb not in VERBS:
        near = difflib.get_close_matches(given.verb, VERBS, 1)
        hint = f"did you mean {near[0]!r}?" if near else "litemill --help lists them"
        print(f"error: no verb {given.verb!r} -> {hint}", file=sys.stderr)
        sys.exit(2)
    with command.exits(), native_output_kept():  # TensorFlow greets when it is imported
        enter(given.folder)
        work = function(given.verb)
    command.run(work, given.options, name=f"litemill {given.verb}")


def enter(folder: str) -> None:
    """Change to a folder; what lies in it is what all paths are relative to."""
    try:
        os.chdir(folder)
    except OSError as error:
        raise LitemillError(f"-C {folder}: {error.strerror}", remedy="name the folder of a checkout") from None


def function(verb: str) -> Callable[..., str | None]:
    """Return the function of a verb; no other verb is imported."""
    name = verb.replace("-", "_")
    found: Callable[..., str | None] = getattr(importlib.import_module(f"litemill.commands.{name}"), name)
    return found


def page() -> str:
    """Return the page of help: a line a verb, in groups."""
    width = max(map(len, VERBS))
    lines = [
        line
        for group, verbs in GROUPS.items()
        for line in (f"\n{group}:", *(f"  {verb:<{width}}  {text}" for verb, text in verbs.items()))
    ]
    return "\n".join((HEAD.rstrip(), *lines, FOOT)) + "\n"
