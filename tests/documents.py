"""A document carried out as a reader does it: its blocks in order, in one shell and in the files that they name.

A ``sh`` block is run command by command. A ``yaml`` block names its file in its first line (``# params.yaml``) and is
merged into it: what stands below a key comes below the same key there, a value that is there already is replaced, and
``- item`` lines come behind those of the list. A block of no language, or a quotation, behind commands of its section
is what they print: the same words, and figures near to these.
"""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

LIMIT = 900  # seconds after which a command is given up
# of one document: a heading, a fenced block, a quotation
PARTS = re.compile(
    r"^#+ (?P<title>.+)$"
    r"|^(?P<indent> *)```(?P<language>\w*).*\n(?P<text>(?:.*\n)*?)(?P=indent)```$"
    r"|^(?P<quote>(?:> ?.*\n)+)",
    re.MULTILINE,
)
COMMENT = re.compile(r"\s+# .*")
NUMBER = re.compile(r"(?<!\w)~?\d[\d,]*(?:\.\d+)?")
BYTES = re.compile(r"\d{1,3}(?:,\d{3})+")
SHARE = re.compile(r"([\d.]+) % of labels|label agreement ([\d.]+) %")


class Block(NamedTuple):
    """A block of a document: `language` is that of its fence, or `quote`."""

    language: str
    text: str


def sections(document: Path) -> dict[str, list[Block]]:
    """Return the blocks of a document by the heading that they stand below."""
    found: dict[str, list[Block]] = {"": []}
    for part in PARTS.finditer(document.read_text("utf-8")):
        if part["title"]:
            found[title := part["title"]] = []
        elif part["quote"]:
            found[title].append(Block("quote", re.sub(r"^> ?", "", part["quote"], flags=re.MULTILINE)))
        else:
            found[title].append(Block(part["language"], textwrap.dedent(part["text"])))
    return {title: blocks for title, blocks in found.items() if blocks}


def commands(block: Block) -> list[str]:
    """Return the commands of a ``sh`` block, without the comments behind them."""
    lines = block.text.replace("\\\n", " ").splitlines()
    return [command for line in lines if (command := COMMENT.sub("", line).strip()) and not command.startswith("#")]


class Reader:
    """Who carries a document out.

    Parameters
    ----------
    document
        What is read.
    folder
        Where it is begun, and where what commands leave in the shell is kept.
    address
        Repository that the word ADDRESS in a command stands for.
    left_out
        Commands that are not run, and beginnings of shown lines that are not looked for, each with the reason.
    """

    # a command that may fail, and the expression that each line of it has to match then
    excused: Mapping[str, str] = {}

    def __init__(self, document: Path, folder: Path, address: Path, left_out: Mapping[str, str]) -> None:
        folder.mkdir()
        self.unread = sections(document)
        self.cwd = folder
        self.address = address
        self.left_out = left_out
        self._shell = folder / "shell"
        self._environment = environment(folder)

    def read(self, title: str) -> dict[str, str]:
        """Carry out the blocks below a heading; give what each command printed."""
        printed: dict[str, str] = {}
        for block in self.unread.pop(title):
            if block.language == "sh":
                for command in commands(block):
                    if command not in self.left_out:
                        printed[command] = self.run(command)
            elif block.language == "yaml":
                merge(block.text, self.cwd)
            elif printed:
                shown(block.text, "\n".join(printed.values()), self.left_out)
        return printed

    def run(self, command: str) -> str:
        """Run a command in the shell as the ones before it left it; it has to succeed."""
        kept = shlex.quote(str(self._shell))
        script = f"[ -f {kept} ] && . {kept}\n{command.replace('ADDRESS', str(self.address))}\nstatus=$?\n"
        script += f'{{ export -p; printf "cd %q\\n" "$PWD"; }} > {kept}\nexit $status'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.cwd,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT,
        )
        lines = done.stdout.splitlines()
        excused = command in self.excused and lines and all(re.match(self.excused[command], line) for line in lines)
        assert done.returncode == 0 or excused, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        self.cwd = Path(shlex.split(self._shell.read_text().splitlines()[-1])[1])
        if "ADDRESS" in command:
            furnish(self.cwd)
        return done.stdout


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which all readers of a folder's parent share DVC's cache, and git knows who commits."""
    shared = folder.parent
    (shared / "dvc").mkdir(exist_ok=True)
    (shared / "dvc/config").write_text(f"[cache]\n    dir = {shared / 'dvc/cache'}\n")
    (shared / "gitconfig").write_text("[user]\n    name = reader\n    email = reader@example.org\n")
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "GIT_", "COV_"))} | {
        "DVC_GLOBAL_CONFIG_DIR": str(shared / "dvc"),
        "DVC_SITE_CACHE_DIR": str(shared / "dvc/site"),
        "GIT_CONFIG_GLOBAL": str(shared / "gitconfig"),
        "LITEMILL_CACHE": str(shared / "downloads"),
        "LITEMILL_WARM_IDLE": "20",
    }


def furnish(clone: Path) -> None:
    """Put this Python's packages into a clone, as `make` would install them."""
    (clone / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.is_dir() or path.name == "pyvenv.cfg":
            (clone / ".venv" / path.name).symlink_to(path)
    for marker in re.findall(r"^(\.venv/[\w.-]+):", (clone / "Makefile").read_text(), re.MULTILINE):
        (clone / marker).touch()


def merge(text: str, folder: Path) -> None:
    """Merge a ``yaml`` block into the file that its first line names."""
    first = text.partition("\n")[0]
    assert re.fullmatch(r"# [\w/.-]+\.yaml", first), f"a yaml block names its file in its first line: got {first!r}"
    yaml = YAML()
    path = folder / first.removeprefix("# ")
    whole = yaml.load(path)
    _merge(yaml.load(text), whole)
    yaml.dump(whole, path)


def _merge(new: Any, into: Any) -> None:
    for key, value in new.items():
        there = into.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            _merge(value, there)
        elif isinstance(there, list) and isinstance(value, CommentedSeq) and not value.fa.flow_style():
            there.extend(value)
        else:
            into[key] = value


def shown(text: str, printed: str, left_out: Mapping[str, str]) -> None:
    """Hold what a document shows against what was printed: each line's words alike, its figures near.

    `...` stands for lines that are not shown. Figures are bytes and shares of labels: those hold on any machine.
    """
    lines = {shape(line): line for line in printed.splitlines()}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line == "..." or shape(line).startswith(tuple(left_out)):
            continue
        assert shape(line) in lines, f"not printed: {line}\n{printed[-4000:]}"
        other = lines[shape(line)]
        for told, now in zip(BYTES.findall(line), BYTES.findall(other), strict=True):
            bytes_now = int(now.replace(",", ""))
            assert abs(int(told.replace(",", "")) - bytes_now) <= bytes_now / 100, f"stale bytes: {line}\nnow: {other}"
        for told, now in zip(SHARE.findall(line), SHARE.findall(other), strict=True):
            assert abs(float("".join(told)) - float("".join(now))) <= 0.5, f"stale: {line}\nnow: {other}"


def shape(line: str) -> str:
    """Return a line with # for each number, columns one space apart."""
    return " ".join(NUMBER.sub("#", line).split())
