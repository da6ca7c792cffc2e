import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from litemill.ground import project
from litemill.ground.errors import SourceError
from litemill.records import source
from litemill.sources import origin, pins
from litemill.sources.transfer import Limits
from sources import making
from sources.making import MIRROR, NAME
from sources.misbehaving import Server, body

GOOD, OTHER = making.good(), making.tar_gz((making.GRAPH_NAME, making.graph(41)))
ROOT = Path(__file__).parents[2]


def put(folder: Path, data: bytes) -> Path:
    file = folder / MIRROR
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def test_the_embedded_file_is_taken_and_said_to_be_rebuilt(checkout: Path) -> None:
    file = put(checkout / "data/embedded", GOOD)
    entry = making.entry(GOOD)
    found, fetched = origin.get(entry, NAME, "embedded")
    assert found.resolve() == file
    assert fetched == source.Fetched(
        NAME,
        "embedded",
        rebuilt=True,
        sha256=making.sha256(GOOD),
        size_bytes=len(GOOD),
        files={},
        entry=entry,
    )


def test_another_embedded_file_is_refused(checkout: Path) -> None:
    put(checkout / "data/embedded", OTHER)
    with pytest.raises(SourceError, match=f"expected {len(GOOD)} bytes, got {len(OTHER)} bytes"):
        origin.get(making.entry(GOOD), NAME, "embedded")


@pytest.mark.usefixtures("checkout")
def test_what_is_not_embedded_says_where_it_may_be_had() -> None:
    with pytest.raises(SourceError, match=r"is not embedded.*set source in params.yaml to upstream"):
        origin.get(making.entry(), NAME, "embedded")
    with pytest.raises(SourceError, match=r"no file data/embedded/models/small\.tar\.gz"):
        origin.get(making.entry(GOOD), NAME, "embedded")


@pytest.mark.usefixtures("checkout")
def test_a_source_that_is_no_place_is_named_with_the_nearest() -> None:
    with pytest.raises(SourceError, match=r"no folder 'embeded'.*did you mean 'embedded'"):
        origin.get(making.entry(GOOD), NAME, "embeded")


@pytest.mark.parametrize("data", [GOOD, OTHER])
def test_a_mirror_may_hold_upstreams_file_or_the_embedded_one(data: bytes, checkout: Path) -> None:
    put(checkout / "mirror", data)
    entry = making.entry(GOOD, sha256=making.sha256(OTHER), size_bytes=len(OTHER))
    _, fetched = origin.get(entry, NAME, "mirror")
    assert (fetched.origin, fetched.rebuilt) == ("mirror", data == GOOD)


def test_a_mirror_may_hold_nothing_else(checkout: Path) -> None:
    third = making.tar_gz((making.GRAPH_NAME, making.graph(42)))
    put(checkout / "mirror", third)
    with pytest.raises(SourceError, match="another file than the known one"):
        origin.get(making.entry(GOOD, sha256=making.sha256(OTHER)), NAME, str(checkout / "mirror"))


def test_a_folder_and_an_address_leave_the_same_record(server: Server, limits: Limits, checkout: Path) -> None:
    put(checkout / "mirror", GOOD)
    server.answers[f"/base/{MIRROR}"] = [body(GOOD)]
    _, by_folder = origin.get(making.entry(GOOD), NAME, "mirror")
    _, by_address = origin.get(making.entry(GOOD), NAME, server.base + "/base/", limits=limits)
    assert by_folder == by_address
    assert not project.SOURCES_LOCK.exists()


@pytest.mark.usefixtures("checkout")
def test_upstream_is_asked_once_and_pinned_where_nobody_publishes_its_hash(server: Server, limits: Limits) -> None:
    server.answers["/up"] = [body(GOOD)]
    entry = making.entry(url=server.base + "/up")
    for _ in range(2):
        _, fetched = origin.get(entry, NAME, "upstream", limits=limits)
        assert fetched.origin == entry.url
    assert len(server.asked) == 1
    assert msgspec.json.decode(project.SOURCES_LOCK.read_bytes()) == {
        "mirror": {},
        "upstream": {NAME: {"sha256": making.sha256(GOOD), "size_bytes": len(GOOD)}},
    }


def test_a_change_upstream_is_an_error_that_shows_both(server: Server, limits: Limits, checkout: Path) -> None:
    same_size = bytes([*GOOD[:-1], GOOD[-1] ^ 1])
    entry = making.entry(url=server.base + "/up")
    server.answers["/up"] = [body(GOOD)]
    origin.get(entry, NAME, "upstream", checkout / "cache", limits)
    before = project.SOURCES_LOCK.read_bytes()
    server.answers["/up"] = [body(same_size)]
    with pytest.raises(SourceError) as caught:
        origin.get(entry, NAME, "upstream", checkout / "other cache", limits)
    assert making.sha256(GOOD) in str(caught.value)
    assert making.sha256(same_size) in str(caught.value)
    assert str(project.SOURCES_LOCK) in str(caught.value)
    assert project.SOURCES_LOCK.read_bytes() == before


@pytest.mark.usefixtures("checkout")
def test_the_published_size_is_held_against_a_first_download(server: Server, limits: Limits) -> None:
    server.answers["/up"] = [body(GOOD)]
    with pytest.raises(SourceError, match=f"expected 7976055 bytes, got {len(GOOD)} bytes"):
        origin.get(making.entry(url=server.base + "/up", size_bytes=7976055), NAME, "upstream", limits=limits)
    assert not project.SOURCES_LOCK.exists()


def test_a_model_of_ones_own_in_a_folder_is_pinned_at_its_first_fetch(checkout: Path) -> None:
    put(checkout / "mirror", GOOD)
    origin.get(making.entry(), NAME, "mirror")
    put(checkout / "mirror", OTHER)
    with pytest.raises(SourceError, match="another file than the known one"):
        origin.get(making.entry(), NAME, "mirror")


def test_a_broken_lock_file_is_named(checkout: Path) -> None:
    put(checkout / "mirror", GOOD)
    put(checkout / "x", GOOD)
    project.SOURCES_LOCK.parent.mkdir(exist_ok=True)
    project.SOURCES_LOCK.write_text("<<<<<<< HEAD")
    with pytest.raises(SourceError, match=r"data/sources\.lock\.json: is no lock file of sources"):
        origin.get(making.entry(), NAME, "mirror")


def test_the_lock_files_bytes_do_not_depend_on_the_order_of_fetches(checkout: Path) -> None:
    written = []
    for names in (["a", "b"], ["b", "a"]):
        for name in names:
            pins.add(name, "upstream", pins.Pin(making.sha256(name.encode()), 1), checkout / "cache")
        written.append(project.SOURCES_LOCK.read_bytes())
        project.SOURCES_LOCK.unlink()
    assert written[0] == written[1]


def test_importing_the_package_imports_nothing_that_downloads() -> None:
    late = "{'pooch', 'requests', 'tqdm', 'urllib3'}"
    code = f"import sys, litemill.sources; print(sorted({late} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
