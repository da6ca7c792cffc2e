"""The tables of delegates and rewrites."""

from litemill.analysis.results import Results
from litemill.report import delegation


def test_each_file_tells_what_its_delegates_leave(joined: Results) -> None:
    section = next(one for one in joined.sections if one.name == "painter")
    rows = delegation.delegation(section).rows
    assert len(rows) == len(section.results)
    assert rows[0].cells[1:] == ("3", "MIRROR_PAD: no kernel for it (2)", "nothing")


def test_rewrites_are_compared_with_the_graph_as_it_was_cut(joined: Results) -> None:
    by_name = {one.name: one for one in joined.sections}
    table = delegation.rewriting(by_name["painter"])
    assert table is not None
    first, second = (dict(zip((one.title for one in table.columns), row.cells, strict=True)) for row in table.rows)
    assert (first["rewrites"], first["ratio"], first["PSNR to the graph as cut, dB"]) == ("as cut", "1.00", "-")
    assert (second["places"], second["ratio"], second["PSNR to the graph as cut, dB"]) == (
        "mirror_pad: 2",
        "0.21",
        "109.9",
    )
    assert delegation.rewriting(by_name["birds"]) is None
