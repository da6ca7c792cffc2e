import pytest
from small_graphs import Transfer, ops

from litemill.graphs import safety
from litemill.ground.errors import SettingsError
from litemill.rewrites.registry import REWRITES, apply_all


def test_an_unknown_rewrite_is_named_with_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match=r"'mirorpad'.*did you mean 'mirror_pad'"):
        apply_all(Transfer().graph(), ["mirorpad"])


def test_what_is_not_found_is_reported_and_the_graph_kept() -> None:
    graph = Transfer().graph()
    kept, applied = apply_all(graph, ["whole_pool"])
    assert kept is graph
    assert [(one.name, one.places, bool(one.note)) for one in applied] == [("whole_pool", 0, True)]


def test_the_whole_network_is_recognized_whatever_the_order_of_the_list() -> None:
    _, applied = apply_all(Transfer().graph(), list(reversed(REWRITES)))
    assert [one.name for one in applied] == list(REWRITES)
    assert {one.name for one in applied if one.places} == {"style_transfer"}


def test_the_general_rewrites_work_together() -> None:
    graph, applied = apply_all(Transfer(blocks=2).graph(), [name for name in REWRITES if name != "style_transfer"])
    assert {one.name: one.places for one in applied} == {
        "equal_resize": 1, "normalized_bias": 7, "upsampled_conv": 2, "mirror_pad": 8,
        "pooled_branch": 0, "whole_pool": 0, "joined_convs": 0}  # fmt: skip
    assert not ops(graph) & {"MirrorPad", "ResizeNearestNeighbor"}


def test_the_given_graph_is_not_changed() -> None:
    graph = Transfer().graph()
    before = graph.SerializeToString(deterministic=True)
    apply_all(graph, REWRITES)
    assert graph.SerializeToString(deterministic=True) == before


@pytest.mark.parametrize("names", [["style_transfer"], [name for name in REWRITES if name != "style_transfer"]])
def test_a_rewritten_graph_holds_ops_that_only_compute(names: list[str]) -> None:
    safety.check(apply_all(Transfer().graph(), names)[0])
