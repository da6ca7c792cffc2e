"""The reader of documents, which test_documents_run relies on: it merges as a person does, and finds what is stale."""

from pathlib import Path

import pytest
from documents import Reader, merge, sections, shown

PRINTED = "network  recipe   bytes\nsmall    int8    815,568  94.33 % of labels  ~34.1 (31 %)\n"
NOTHING: dict[str, str] = {}


def test_a_block_goes_below_the_keys_that_are_there_and_comments_stay(tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text(
        "fetch: # at hand\n  - one\nnetworks:\n  big:\n    recipes: [fp32, int8] # two\n    input: [9, 9]\n"
    )
    merge(
        "# params.yaml\nfetch:\n  - two\nnetworks:\n  big:\n    recipes: [int8]\n  small: {input: [5, 5]}\n", tmp_path
    )
    assert params.read_text() == (
        "fetch: # at hand\n- one\n- two\nnetworks:\n  big:\n    recipes: [int8]       # two\n    input: [9, 9]\n"
        "  small: {input: [5, 5]}\n"
    )


def test_a_block_that_names_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="names its file"):
        merge("networks: {}\n", tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "network recipe   bytes\n...\nsmall int8 815,000 94.5 % of labels 12 (3 %)\n",
        "network  recipe  bytes\nlarge int8 1 2\n",
    ],
    ids=["near figures, other times", "left out"],
)
def test_what_is_shown_as_it_is_printed_passes(text: str) -> None:
    shown(text, PRINTED, {"large ": "not built"})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("small int8 915,568 94.33 % of labels 34 (1 %)\n", "stale bytes"),
        ("small int8 815,568 95.33 % of labels 34 (1 %)\n", "stale"),
        ("small fp32 815,568 94.33 % of labels 34 (1 %)\n", "not printed"),
        ("network recipe size\n", "not printed"),
    ],
)
def test_what_is_shown_otherwise_than_it_is_printed_fails(text: str, why: str) -> None:
    with pytest.raises(AssertionError, match=f"^{why}"):
        shown(text, PRINTED, NOTHING)


def test_a_document_is_carried_out_in_order_in_one_shell(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(
        "# Title\n```sh\nmkdir place && cd place   # a comment\nexport WORD=said\n```\n"
        "1. as it goes on\n\n   ```sh\n   echo $WORD 12 \\\n     times\n   never\n   ```\n\n```\nsaid 13 times\n```\n"
    )
    reader = Reader(document, tmp_path / "reader", tmp_path, {"never": "it is none"})
    printed = reader.read("Title")
    assert list(printed.values()) == ["", "", "said 12 times\n"]
    assert (reader.cwd, reader.unread) == (tmp_path / "reader/place", {})


@pytest.mark.parametrize("block", ["```sh\nfalse\n```\n", "```sh\necho one\n```\n\n```\ntwo\n```\n"])
def test_a_promise_that_is_not_kept_fails(block: str, tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"# Title\n{block}")
    with pytest.raises(AssertionError):
        Reader(document, tmp_path / "reader", tmp_path, NOTHING).read("Title")


def test_blocks_stand_by_the_headings_above_them(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("# A\n## B\n```yaml\n# not a heading\na: 1\n```\n> said\n>\n> twice\n## C\n")
    assert sections(document) == {"B": [("yaml", "# not a heading\na: 1\n"), ("quote", "said\n\ntwice\n")]}
