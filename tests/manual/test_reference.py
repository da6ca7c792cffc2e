"""The reference of settings and records."""

import importlib
import pkgutil
import re
from typing import Annotated, Literal

import msgspec

import litemill.records
from litemill.commands import docs
from litemill.manual import reference
from litemill.records.base import Record


class Inner(msgspec.Struct, frozen=True):
    """What is held.

    Parameters
    ----------
    kind
        Which.
    """

    kind: Literal["a", "b"] = "a"


class Outer(msgspec.Struct):
    """What holds.

    Parameters
    ----------
    size
        In pixels.
    share, names, parts
        Of it.
    one
        Of a|b.
    """

    size: tuple[int, int]
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    names: tuple[str, ...] = ("x",)
    parts: dict[str, Inner] = {}
    one: Inner = Inner()


def test_each_struct_is_a_table_that_is_drawn_once() -> None:
    text = reference.markdown({"First": {"a.yaml": Outer}, "Second": {"b.json": Inner}})
    table = """### Outer

What holds.

| field | type | default | meaning |
| --- | --- | --- | --- |
| `size` | 2 times: whole number | required | In pixels. |
| `share` | number, 0 to 1 | none | Of it. |
| `names` | list: text | `["x"]` | Of it. |
| `parts` | by name: [Inner](#inner) | none | Of it. |
| `one` | [Inner](#inner) | `{"kind": "a"}` | Of a\\|b. |
"""
    assert table in text
    assert text.count("### Inner") == 1
    assert text.endswith("## Second\n\n`b.json` holds [Inner](#inner).\n")


def test_what_is_committed_is_what_the_code_says() -> None:
    for path, text in docs.written().items():
        assert path.read_text() == text, "run: make docs"


def test_every_record_is_in_the_reference() -> None:
    for module in pkgutil.iter_modules(litemill.records.__path__):
        importlib.import_module(f"litemill.records.{module.name}")
    kinds = {kind.__name__ for kind in Record.__subclasses__() if kind.__module__.startswith("litemill.records.")}
    assert kinds <= set(re.findall(r"^### (\w+)$", docs.REFERENCE.read_text(), re.MULTILINE))


def test_every_link_leads_to_a_table() -> None:
    text = docs.REFERENCE.read_text()
    heads = {head.lower() for head in re.findall(r"^### (\w+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", text)) <= heads
