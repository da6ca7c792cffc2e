"""Labels of a chart: beside their points, over nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from litemill.report import charts

POINTS = st.dictionaries(
    st.text("abc", min_size=1, max_size=12), st.tuples(st.floats(0, 300), st.floats(0, 200)), min_size=1, max_size=12
)


def test_a_point_alone_has_its_label_to_the_right() -> None:
    assert charts.label_places({"one": (50, 20)}) == {"one": (60, 20)}


def test_where_there_is_a_point_to_the_right_the_label_is_to_the_left() -> None:
    found = charts.label_places({"one": (50, 20), "two": (70, 20)})
    assert found["one"] == (50 - charts.POINT - 3 * charts.LETTER, 20)


@settings(max_examples=60)
@given(POINTS)
def test_no_label_covers_another_or_a_point(points: dict[str, charts.Place]) -> None:
    found = charts.label_places(points)
    spans = [(x, x + charts.LETTER * len(name), y) for name, (x, y) in found.items()]
    dots = [(x - charts.POINT, x + charts.POINT, y) for x, y in points.values()]
    for index, (left, right, y) in enumerate(spans):
        for other_left, other_right, other in spans[:index] + dots:
            assert right <= other_left or other_right <= left or abs(y - other) >= charts.LINE
