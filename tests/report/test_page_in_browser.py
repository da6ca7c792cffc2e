"""The page in a real browser: what a reader does with it, at a phone's and a desktop's width, light and dark."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from litemill.ground import project
from report import browser

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(browser.CHROMIUM is None, reason="no Chromium here: make test-browser installs it"),
]
# where screenshots are kept, to be looked at
SHOTS = Path(os.environ.get("LITEMILL_SCREENSHOTS", "screenshots")).absolute()
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.launched() as found:
        yield found


@pytest.fixture(scope="module")
def file(written: Path) -> Path:
    return written / project.PAGE


@pytest.fixture
def page(chromium: Browser, file: Path) -> Iterator[Page]:
    with browser.opened(chromium, file) as (found, heard):
        yield found
        assert heard == []


def names(page: Page, table: str) -> list[str]:
    """Return the visible rows' files, in their order."""
    return [
        (row.text_content() or "").strip() for row in page.locator(f"[id='{table}'] tbody tr:not([hidden]) th").all()
    ]


def sizes(page: Page) -> list[int]:
    """Return the kilobytes of the table of all files, in its order."""
    return [int(cell.inner_text().replace(",", "")) for cell in page.locator("#files tbody tr td:nth-child(4)").all()]


@pytest.mark.parametrize("scheme", browser.SCHEMES)
@pytest.mark.parametrize("size", browser.SIZES)
def test_it_opens_without_errors_requests_or_overflow(chromium: Browser, file: Path, size: str, scheme: str) -> None:
    with browser.opened(chromium, file, size, scheme) as (page, heard):
        assert page.title() == "litemill report: 5 files of 3 networks"
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for details in page.locator("details").all():
            details.evaluate("one => one.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") == browser.SIZES[size][0]
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{size}-{scheme}.png", full_page=True)
        assert heard == []


@pytest.mark.parametrize("scheme", browser.SCHEMES)
@pytest.mark.parametrize("size", browser.SIZES)
def test_axe_finds_nothing_serious(chromium: Browser, file: Path, size: str, scheme: str) -> None:
    with browser.opened(chromium, file, size, scheme) as (page, _):
        page.add_style_tag(content=".network { content-visibility: visible !important }")
        found = Axe().run(page).response["violations"]
        serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]
        assert serious == []


def test_a_heading_sorts_its_column_by_number_and_says_how(page: Page) -> None:
    heading = page.locator("#files th", has_text="size")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert len(sizes(page)) == 8
    assert sizes(page) == sorted(sizes(page))
    heading.get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert sizes(page) == sorted(sizes(page), reverse=True)


def test_what_has_no_number_sorts_last_both_ways(page: Page) -> None:
    page.evaluate("document.querySelector('#files tbody td[data-value]').removeAttribute('data-value')")
    emptied = page.locator("#files tbody tr").first.text_content()
    button = page.locator("#files th", has_text="size").get_by_role("button")
    for _ in range(2):
        button.click()
        assert page.locator("#files tbody tr").last.text_content() == emptied


def test_filters_work_together_and_say_how_many_are_left(page: Page) -> None:
    form = page.locator("form[data-table=files]")
    form.get_by_label("Find").fill("int8")
    assert form.get_by_role("status").inner_text() == "4 of 8 files"
    form.get_by_label("Verdict").select_option("within")
    assert names(page, "files") == ["int8", "int8"]
    form.get_by_label("Find").fill("birds")
    assert names(page, "files") == []
    form.get_by_label("Verdict").select_option("outside")
    assert names(page, "files") == ["fp32"]
    form.get_by_label("Pareto").check()
    assert form.get_by_role("status").inner_text() == "1 of 8 files"


def test_a_networks_own_table_is_filtered_alone(page: Page) -> None:
    page.locator("form[data-table=painter-files]").get_by_label("Find").fill("int8")
    assert names(page, "painter-files") == ["int8", "official_magenta_transfer_int8"]
    assert len(names(page, "files")) == 8


def test_the_edge_between_two_answers_moves_by_keyboard(page: Page) -> None:
    compare = page.locator("#birds .compare")
    edge = compare.get_by_role("slider")
    edge.scroll_into_view_if_needed()
    expect(compare.locator("img[data-side=left]")).to_have_attribute("src", re.compile("^data:"))
    edge.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert edge.input_value() == "40"
    clip = compare.locator("img[data-side=left]").evaluate("one => getComputedStyle(one).clipPath")
    assert "60%" in clip
    page.keyboard.press("End")
    assert edge.input_value() == "100"


def test_each_side_shows_what_is_chosen_for_it(page: Page) -> None:
    compare = page.locator("#birds .compare")
    left, right = (compare.locator(f"img[data-side={side}]") for side in ("left", "right"))
    compare.scroll_into_view_if_needed()
    expect(left).to_have_attribute("alt", "birds, bird: original")
    assert right.get_attribute("alt") == "birds, bird: fp32"
    before = left.get_attribute("src")
    compare.get_by_role("combobox", name="Left").select_option("photo")
    assert left.get_attribute("src") != before
    compare.get_by_role("combobox", name="Picture").select_option("cat_720p")
    assert left.get_attribute("alt") == "birds, cat_720p: photo"
    assert "85.50 % of labels" in compare.locator(".said").inner_text()


def test_every_picture_and_chart_has_its_alternative_text(page: Page) -> None:
    pictures = page.locator("img:not([data-side])").all()
    assert len(pictures) > 20
    assert all(picture.get_attribute("alt") for picture in pictures)
    assert all(chart.get_attribute("aria-label") for chart in page.locator("svg").all())


def test_five_questions_are_answered_within_two_clicks(page: Page) -> None:
    page.get_by_role("link", name="Which file to ship").click()
    expect(page.get_by_role("columnheader", name="for a GPU")).to_be_in_viewport()
    page.locator("#files").get_by_role("link", name="int8").first.click()
    expect(page.locator(".card:target p").first).to_contain_text("for cpu")
    page.get_by_role("link", name="What changed", exact=True).click()
    expect(page.locator("#changed pre")).to_be_in_viewport()
    expect(page.get_by_role("link", name="diff.html")).to_have_attribute("href", "diff.html")
    page.get_by_role("link", name="Make it again", exact=True).click()
    expect(page.locator("#make-again pre")).to_be_in_viewport()
    page.get_by_role("navigation").get_by_role("link", name="Measured on").click()
    expect(page.locator("#measured-on")).to_contain_text("A | processor")
    expect(page.locator("#measured-on")).to_contain_text("No phone was measured")


def test_without_scripts_every_figure_and_picture_is_there(chromium: Browser, file: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator(".compare").first.is_hidden()
    assert page.locator("#birds .strip img").count() == 7
    context.close()


def test_it_prints(chromium: Browser, file: Path) -> None:
    with browser.opened(chromium, file) as (page, _):
        page.emulate_media(media="print", color_scheme="dark")
        assert page.locator("nav").is_hidden()
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgb(255, 255, 255)"
        SHOTS.mkdir(parents=True, exist_ok=True)
        assert page.pdf(path=SHOTS / "print.pdf", format="A4").startswith(b"%PDF")
