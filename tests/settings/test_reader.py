"""YAML read as structs: what does not fit is named by its place."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from litemill.ground.errors import LitemillError, SettingsError
from litemill.settings import reader

Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+$")]


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: tuple[int, int]
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    note: str | None = None


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inner: Inner
    many: dict[Name, Inner] = {}
    perhaps: Inner | None = None


def read(folder: Path, text: str | bytes, shape: Any = Outer) -> Any:
    path = folder / "a.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return reader.read(path, shape)


def test_what_fits_is_read(tmp_path: Path) -> None:
    text = "inner: {size: [1, 2]}\nmany: {a: {size: [3, 4], share: 1}}\nperhaps: {size: [5, 6], note: why}"
    assert read(tmp_path, text) == Outer(Inner((1, 2)), {"a": Inner((3, 4), 1.0)}, Inner((5, 6), note="why"))


def test_merged_mappings_are_read_and_may_be_overridden(tmp_path: Path) -> None:
    text = "inner: &one {size: [1, 2], note: x}\nmany:\n  a: {<<: *one, note: y}\n  b: {<<: [*one]}"
    assert read(tmp_path, text).many == {"a": Inner((1, 2), note="y"), "b": Inner((1, 2), note="x")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("inner: {size: [1, 2], shaer: 1}", "a.yaml: inner: unknown key 'shaer' -> did you mean 'share'?"),
        ("inner: {size: [1, 2]}\nmnay: {}", "a.yaml: unknown key 'mnay' -> did you mean 'many'?"),
        ("inner: {size: [1, 2]}\n1: {}", "a.yaml: unknown key '1' -> known: inner, many, perhaps"),
        ("many: {}", "a.yaml: inner is missing -> add inner:"),
        ("inner: {}", "a.yaml: inner: size is missing -> add size:"),
        ("inner: {size: [1]}", "a.yaml: inner.size: got [1] -> Expected `array` of length 2"),
        ("inner: {size: [1, b]}", "a.yaml: inner.size: got [1, 'b'] -> Expected `int`, got `str` - at `$[1]`"),
        ("inner: {size: [1, 2], share: 2}", "a.yaml: inner.share: got 2 -> Expected `float` <= 1.0"),
        ("inner: {size: [1, 2], share: .nan}", "a.yaml: inner.share: expected a finite number, got nan -> give one"),
        ("inner: {size: [1, 2], share: .inf}", "a.yaml: inner.share: expected a finite number, got inf -> give one"),
        ("inner: {size: [1, 2], share: yes}", "a.yaml: inner.share: got True -> Expected `float`, got `bool`"),
        ("inner: [1]", "a.yaml: inner: expected a mapping, got [1] -> see the entries beside it"),
        ("many: {a: 7}\ninner: {size: [1, 2]}", "a.yaml: many.a: expected a mapping, got 7 -> see the entries beside"),
        ("inner: {size: [1, 2]}\nmany: {a.b: {size: [1, 2]}}", "a.yaml: many: got 'a.b' -> Expected `str` matching"),
        ("inner: {size: [1, 2]}\nmany: {a/b: {size: [1, 2]}}", "a.yaml: many: got 'a/b' -> Expected `str` matching"),
        ("inner: {size: [1, 2]}\nperhaps: {siez: 1}", "a.yaml: perhaps: unknown key 'siez' -> did you mean 'size'?"),
        ("inner: {size: [1, 2]}\ninner: {size: [1, 2]}", "a.yaml, line 2: 'inner' is given twice -> rename or remove"),
        ("inner: {size: [1, 2], size: [1, 2]}", "a.yaml, line 1: 'size' is given twice"),
        ("? [inner]\n: 1", "a.yaml: is not YAML: got while constructing a mapping"),
        ("inner:\n\t- 1", "a.yaml: is not YAML: got while scanning"),
        ("inner: [1", "a.yaml: is not YAML"),
        ("inner: !!python/object/apply:os.abort []", "a.yaml: is not YAML: got could not determine a constructor"),
        ("", "a.yaml: expected a mapping, got None"),
        (b"inner: \xe9", "a.yaml: is not UTF-8 text"),
        (b"inner: \x00", "a.yaml: is not YAML"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    message = str(caught.value).replace(f"{tmp_path}/", "")
    assert said in message
    assert "\n" not in message


def test_a_long_wrong_value_is_shown_cut_short(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, f"inner: {list(range(10000))}")
    assert len(str(caught.value)) < 300


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LitemillError, match=r"absent\.yaml: no such file"):
        reader.read(tmp_path / "absent.yaml", Outer)


def test_the_nearest_name_is_offered_or_all_that_there_are() -> None:
    assert reader.nearest("fp23", ["fp16", "fp32", "int8"]) == "did you mean 'fp32'?"
    assert reader.nearest("zzz", ["int8", "fp16"]) == "known: fp16, int8"
    assert reader.nearest("zzz", []) == "known: none"


def test_of_very_many_names_the_first_are_shown() -> None:
    assert reader.nearest("zzz", [f"node{number:03}" for number in range(1000)]).endswith("node019 and 980 more")
