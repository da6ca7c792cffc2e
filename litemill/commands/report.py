"""Write the report as page and as Markdown, its figures and the summary; with --table, only print the artifacts."""

from litemill.analysis import budgets
from litemill.analysis import results as joined
from litemill.analysis.results import Results
from litemill.ground import io, project
from litemill.records import store
from litemill.render.table import terminal, without
from litemill.report import tables
from litemill.report.context import listed, summary
from litemill.settings import params


def report(table: bool = False) -> str:  # noqa: FBT001, FBT002  a flag of the command line
    """Write the report; with `table`, only print what it says of each artifact, and where it is."""
    results = joined.load(params.load())
    count, failing = count_of(results)
    outcome = f"{project.PAGE}, {project.REPORT}: {count} artifacts, {failing or 'none'} outside tolerance"
    if table:
        return f"{terminal(without(tables.overview(results), *tables.DETAILS))}\n\n{outcome}"
    write(results)
    return outcome


def write(results: Results) -> None:
    """Draw and render everything, then write it."""
    # charts, pictures and pandas cost a second to import, which the table does without
    from litemill.analysis import frame  # noqa: PLC0415
    from litemill.report import drawings, gallery, markdown, page  # noqa: PLC0415
    from litemill.report import pictures as seen  # noqa: PLC0415

    for section in results.sections:
        store.check(project.record("freeze", section.name), section.frozen.sha256, project.graph(section.name))
    shown = seen.load(results)
    drawn = drawings.draw(results, shown)
    pictures = gallery.load(results.params)
    text, html = markdown.render(results, drawn, pictures), page.render(results, shown, pictures)
    with io.replacing(project.FIGURES) as folder:
        folder.mkdir()
        named = {one.name: one.data for one in drawn} | {one.name: one.data for one in pictures if one.data}
        for name, data in named.items():
            (folder / name).write_bytes(data)
    io.write(project.BUDGETS, store.encode(budgets.summary(budgets.outcomes(results))))
    io.write(project.ARTIFACTS, store.encode(listed(results)))
    io.write(project.TABLE, frame.csv(frame.frame(results)))
    io.write(project.METRICS, store.encode(summary(results)))
    io.write(project.REPORT, text.encode())
    io.write(project.PAGE, html.encode())


def count_of(results: Results) -> tuple[int, int]:
    """Count our artifacts, and those outside their tolerance."""
    ours = [one for section in results.sections for one in section.ours]
    return len(ours), sum(one.failing for one in ours)
