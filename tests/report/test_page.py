"""The page: whole in itself, with every figure, picture and command that the records give."""

import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from litemill.analysis import results
from litemill.analysis.results import Results
from litemill.render import grid
from litemill.report import answers, files_table, illustrations, page, pictures, recommended, strips, vector
from litemill.report.devices import host
from litemill.report.gallery import Picture
from litemill.settings import params

VOID = {"meta", "link", "input", "img", "br"}


class Outline(HTMLParser):
    """What elements a page has: identifiers, links within it, addresses; and whether they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.sources: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.ids += [known["id"] or ""] if "id" in known else []
        self.links |= {known["href"] or ""} if tag == "a" else set()
        self.sources += [value or "" for name, value in attrs if name in ("src", "href") and tag != "a"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See only that it is there: elements of the charts."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text(original: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(original)
        found = results.load(params.load())
        return page.render(found, pictures.load(found))


def test_the_page_needs_nothing_beside_it(text: str) -> None:
    outline = Outline(text)
    assert outline.open == []
    assert len(outline.sources) > 10
    assert {source.partition(":")[0] for source in outline.sources} <= {"data", ""}
    assert "@import" not in text
    assert not re.search(r"url\((?!data:)", text)


def test_links_lead_to_what_is_there_and_no_name_is_given_twice(text: str) -> None:
    outline = Outline(text)
    assert len(outline.ids) == len(set(outline.ids))
    assert {link.removeprefix("#") for link in outline.links} <= {*outline.ids, "diff.html"}
    assert {"birds", "birds--fp32", "end-to-end", "measured-on", "make-again"} <= set(outline.ids)


def test_the_same_records_give_the_same_bytes(joined: Results, text: str) -> None:
    assert page.render(joined, pictures.load(joined)) == text


def test_the_page_tells_what_failed_where_it_was_timed_and_how_to_make_it_again(text: str) -> None:
    assert "Outside its tolerance: label agreement 95.00 %, least 96.50 %." in text
    assert "A | processor (avx2), 2 cores, 8 GB, Linux x86_64, LiteRT 2.3.0" in text
    assert "make repro TARGETS=pipelines/birds/dvc.yaml:convert@fp32\nsha256sum models/birds/fp32.tflite" in text
    assert "calibration_samples: 10" in text


def test_what_records_hold_is_text_and_never_markup(joined: Results) -> None:
    machine = msgspec.structs.replace(joined.sections[0].benchmarked.machine, cpu="<script>alert(1)</script>")
    one = joined.sections[0]
    hostile = msgspec.structs.replace(one, benchmarked=msgspec.structs.replace(one.benchmarked, machine=machine))
    found = page.render(msgspec.structs.replace(joined, sections=(hostile,), paired=()), {})
    assert "&lt;script&gt;alert" in found
    assert found.count("<script>") == 1


def test_the_gallery_is_there_when_there_are_pictures_for_it(joined: Results, text: str) -> None:
    assert 'id="gallery"' not in text
    data = grid.jpeg(Image.new("RGB", (7, 5)))
    shown = Picture("a.jpg", "a face, stylized", "face, person kept", data)
    refused = Picture("", "an owl", "owl: no such class", b"")
    with_it = page.render(joined, {}, (shown, refused))
    assert 'id="gallery"' in with_it
    assert 'width="7" height="5" alt="a face, stylized"' in with_it
    assert "✗ owl: no such class" in with_it


def test_why_a_file_is_shipped_or_not_is_said_by_target(joined: Results) -> None:
    painter = joined.sections[1]
    assert [recommended.why(painter, one) for one in painter.ours] == [
        (
            "Shipped for cpu: the fastest of 2 | for now.",
            "Not for gpu: quantize none, where the rule wants fp16.",
        ),
        (
            "Not for cpu: fp32 is smaller, faster and more accurate, 9 against 1 ms.",
            "Not for gpu: quantize none, where the rule wants fp16.",
        ),
    ]


def test_each_figure_in_a_row_has_the_number_to_sort_by(joined: Results) -> None:
    birds = joined.sections[0]
    fp32, official = files_table.rows(birds, host(birds), [target.name for target in host(birds)])
    assert [cell.value for cell in fp32.cells] == [2780051, 0.95, 123.456, 6.78912, 3, 0]
    assert (fp32.state, official.state) == ("outside", "official")
    assert fp32.verdict.note == "label agreement 95.00 %, least 96.50 %"
    assert fp32.cells[3].text == "~6.79"
    assert fp32.cells[4].note == "2 ops outside"


def test_charts_have_the_pages_colours_and_say_what_each_mark_is(joined: Results) -> None:
    painter = joined.sections[1]
    drawn = vector.svg(vector.tradeoff(painter, host(painter)[0]), "painter: <files>")
    assert 'role="img"' in drawn
    assert 'aria-label="painter: &lt;files&gt;"' in drawn
    assert "var(--ours)" in drawn
    assert not re.search(r'(fill|stroke)="#', drawn)
    assert "<title>int8: 123 ms, 31.25, 0.28 MB</title>" in drawn


def test_of_very_many_networks_latencies_are_in_tables_alone(joined: Results) -> None:
    painter = joined.sections[1]
    assert len(page._charts(painter, host(painter), few=False)) == 2
    assert len(page._charts(painter, host(painter), few=True)) == 1


def test_the_front_is_of_our_files_that_none_beats_in_time_and_accuracy() -> None:
    ours = ((10, 90), (12, 80), (20, 95), (20, 94))
    found = [{"kind": "within tolerance", "ms": ms, "accuracy": near} for ms, near in ours]
    official = {"kind": "official", "ms": 1, "accuracy": 99}
    assert vector.front([*found, official]) == [{"ms": 10, "accuracy": 90}, {"ms": 20, "accuracy": 95}]


def test_differences_are_marked_and_nothing_else() -> None:
    photo = np.full((1, 3, 3), 100, np.uint8)
    drawn = illustrations.of_labels(photo, np.array([[0, 1, 2]], np.uint8), np.array([[0, 1, 1]], np.uint8))[0]
    assert drawn[2].tolist() == illustrations.DIFFERENT.tolist()
    assert len({*drawn[0].tolist(), *drawn[1].tolist()}) == 1
    one, other = np.full((1, 3, 3), 128, np.uint8), np.full((1, 3, 3), 128, np.uint8)
    other[0, 1, 2], other[0, 2] = 160, 255
    assert illustrations.of_pictures(one, other)[0, :, 0].tolist() == [255, 127, 0]


def test_the_worst_picture_of_a_file_stands_beside_its_difference(joined: Results) -> None:
    known = pictures.load(joined)["birds"]
    found = strips.worst(known, joined.sections[0].ours[0])
    assert found.sample == "cat_720p"
    assert found.difference.alt == ("birds, fp32, cat_720p: difference from the original; none that shows at this size")
    assert max(found.found.width, found.found.height) == strips.WORST_SIDE


def test_very_many_pictures_shrink_so_that_their_bytes_do_not_grow() -> None:
    assert pictures.side(10) == answers.SIDE
    assert pictures.side(4 * pictures.MANY) == answers.SIDE / 2
    assert pictures.side(10**6) == grid.CELL
