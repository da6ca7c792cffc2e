"""What a log says of delegates: which was asked for or named, and how much of the graph it took."""

import re
from typing import Literal

from litemill.benchmark_log.figures import Doubt

Extent = Literal["full", "partial", "none", "not_stated"]


_BEST_FIRST: tuple[Extent, ...] = ("full", "partial", "none", "not_stated")


# The tool's own words on a delegate that was asked for.
_APPLIED = re.compile(
    r"[Aa]pplied (\w+) delegate, and the model graph will be (completely|partially) executed (?:by|w/) "
)


_NOT_APPLIED = re.compile(
    r"Though (\w+) delegate is explicitly applied, the model graph will not be executed"
    r"|Failed to apply (\w+) delegate"
    r"|Could not create (\w+) delegate"
    r"|\b(\w+) (?:acceleration|delegate) is (?:unsupported|not supported)"
    r"|\b(\w+) delegate (?:is|was) not (?:created|applied)"
)


_NAMED = re.compile(r"(?:^|[Aa]pplied )(\w+) delegate(?: created)?\.")


_ASKED = re.compile(r"^Use (gpu|NNAPI|xnnpack|hexagon|coreml) ?: \[1\]", re.IGNORECASE)


_ASKED_PATH = re.compile(r"^External delegate path ?: \[[^\]]")


_FLAG = re.compile(r"--use_(gpu|nnapi|xnnpack|hexagon|coreml)=(?:true|1)\b|--(external)_delegate_path=[^\s=]")


_SWITCHED_OFF = re.compile(r"setprop \S*(GPU|NNAPI)\S*DISABLE\S* +(?:(1|true)\b)?", re.IGNORECASE)


# The runtime's words, also on XNNPACK when nobody asked for it.
_CREATED = re.compile(r"Created TensorFlow Lite (?:(\w+) delegate for CPU|delegate for (\w+))")


_REPLACED = re.compile(r"Replacing (\d+) out of (\d+) node\(s\) with delegate \(([^)]+)\)")


_KERNEL = re.compile(r"\((TfLite\w*Delegate\w*)\)")


_RESTORED = "Restored original execution plan after delegate application failure"


_KERNELS = {"xnnpack": "XNNPACK", "gpu": "GPU", "nnapi": "NNAPI", "hexagon": "HEXAGON",
            "flex": "FLEX", "coreml": "COREML"}  # fmt: skip


class Delegates:
    """What was said of delegates so far, line after line of one run."""

    def __init__(self, off: frozenset[str] = frozenset()) -> None:
        self._stated: dict[str, Extent] = {}
        self._asked: list[str] = []
        self._met: list[str] = []
        self._replaced: dict[str, list[bool]] = {}
        self._restored = False
        self.off = off  # switched off on the device, whatever the tool is asked for

    def command(self, text: str) -> None:
        """Note which delegates the tool's flags ask for."""
        self._asked += [(flag[0] or flag[1]).upper() for flag in _FLAG.findall(text)]

    def line(self, text: str) -> None:
        """Note what a line of output says.

        Raises
        ------
        Doubt
            It says of a delegate what contradicts an earlier line.
        """
        if match := _SWITCHED_OFF.search(text):
            name = frozenset({match[1].upper()})
            self.off = self.off | name if match[2] else self.off - name
        elif match := _APPLIED.search(text):
            self._state(match[1], "full" if match[2] == "completely" else "partial")
        elif match := _NOT_APPLIED.search(text):
            self._state(next(filter(None, match.groups())), "none")
        elif match := _ASKED.match(text) or _NAMED.search(text):
            self._asked.append(match[1].upper())
        elif _ASKED_PATH.match(text):
            self._asked.append("EXTERNAL")
        elif match := _REPLACED.search(text):
            self._replaced.setdefault(_kernel(match[3]), []).append(int(match[1]) >= int(match[2]))
        elif match := _CREATED.search(text):
            self._met.append((match[1] or match[2]).upper())
        elif match := _KERNEL.search(text):
            self._met.append(_kernel(match[1]))
        self._restored = self._restored or _RESTORED in text

    def _state(self, name: str, extent: Extent) -> None:
        """Take the tool's own word for it."""
        if self._stated.setdefault(name.upper(), extent) != extent:
            raise Doubt(f"the {name} delegate is said to take the graph in two ways")

    def verdict(self) -> tuple[str | None, Extent]:
        """Name the delegate that took most, those asked for ahead of the runtime's own choice."""
        asked = [*self._stated, *self._asked]
        pool = dict.fromkeys(asked or [*self._replaced, *self._met])
        named = [name for name in pool if name not in self.off or name in self._stated]
        if not named:
            return None, "not_stated"
        best = min(named, key=lambda name: _BEST_FIRST.index(self._extent(name)))
        return best, self._extent(best)

    def _extent(self, name: str) -> Extent:
        """How much of the graph a delegate took."""
        if name in self._stated:
            return self._stated[name]
        if self._restored:
            return "none"
        subgraphs = self._replaced.get(name)
        if not subgraphs:
            return "not_stated"
        return "full" if all(subgraphs) else "partial"


def _kernel(name: str) -> str:
    """Name the delegate of a kernel such as TfLiteGpuDelegateV2; vendors' own come from outside."""
    found = (known for known in _KERNELS if name.lower().startswith(f"tflite{known}"))
    return _KERNELS.get(next(found, ""), "EXTERNAL")
