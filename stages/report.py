"""Write the report as page and as Markdown, its figures and the summary; with --table, only print the artifacts."""

from litemill.core import files, paths, stage, store
from litemill.core import params as parameters
from litemill.report import budgets, tables
from litemill.report import results as joined
from litemill.report.results import Results
from litemill.report.summary import listed, summary
from litemill.report.table import terminal, without


def report(table: bool = False) -> str:  # noqa: FBT001, FBT002  a flag of the command line
    """Write the report; with `table`, only print what it says of each artifact, and where it is."""
    results = joined.load(parameters.load())
    count, failing = count_of(results)
    outcome = f"{paths.PAGE}, {paths.REPORT}: {count} artifacts, {failing or 'none'} outside tolerance"
    if table:
        return f"{terminal(without(tables.overview(results), tables.MEMORY, tables.INIT))}\n\n{outcome}"
    write(results)
    return outcome


def write(results: Results) -> None:
    """Draw and render everything, then write it."""
    # charts and pictures cost a second to import, which the table does without
    from litemill.report import figures, gallery, markdown, page  # noqa: PLC0415
    from litemill.report import shown as seen  # noqa: PLC0415

    for section in results.sections:
        store.check(paths.record("freeze", section.name), section.frozen.sha256, paths.graph(section.name))
    shown = seen.load(results)
    drawn = figures.draw(results, shown)
    pictures = gallery.load(results.params)
    text, html = markdown.render(results, drawn, pictures), page.render(results, shown, pictures)
    with files.replacing(paths.FIGURES) as folder:
        folder.mkdir()
        named = {one.name: one.data for one in drawn} | {one.name: one.data for one in pictures if one.data}
        for name, data in named.items():
            (folder / name).write_bytes(data)
    files.write(paths.BUDGETS, store.encode(budgets.summary(budgets.outcomes(results))))
    files.write(paths.ARTIFACTS, store.encode(listed(results)))
    files.write(paths.METRICS, store.encode(summary(results)))
    files.write(paths.REPORT, text.encode())
    files.write(paths.PAGE, html.encode())


def count_of(results: Results) -> tuple[int, int]:
    """Count our artifacts, and those outside their tolerance."""
    ours = [one for section in results.sections for one in section.ours]
    return len(ours), sum(one.failing for one in ours)


if __name__ == "__main__":
    stage.run(report)
