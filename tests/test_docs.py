"""The documents lead somewhere: links, commands, and an index that leaves none of them out."""

import re
from pathlib import Path

import pytest

from litemill import cli

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
INDEX = ROOT / "docs/README.md"


def headings(page: Path) -> set[str]:
    """Return the anchors of a page, as code hosts make them of its headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_or_a_heading(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            target = (page.parent / path) if path else page
            assert target.exists(), link
            assert not anchor or anchor in headings(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_there(page: Path) -> None:
    text = page.read_text()
    targets = re.findall(r"^([a-z -]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    known = {name for line in targets for name in line.split()}
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= known
    for module in re.findall(r"python -m ((?:stages|benchmarks|litemill)\.[\w.]+\w)", text):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file(), module
    assert set(re.findall(r"(?:python -m |[`/])litemill ([a-z][\w-]*)", text)) <= set(cli.VERBS)


def test_the_index_leaves_no_page_out() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)", INDEX.read_text()))
    assert {page.name for page in INDEX.parent.glob("*.md")} - {INDEX.name} == listed
