"""The file of a source on this machine: embedded, in a mirror folder, or the user's own."""

from pathlib import Path

from litemill.ground import project
from litemill.ground.errors import SourceError
from litemill.settings import reader
from litemill.settings.catalog import Entry


def own(entry: Entry) -> bool:
    """Tell whether a source is a file of the user's own: it is read from its path, wherever others come from."""
    return "://" not in entry.url


def find(entry: Entry, name: str, where: str) -> Path | None:
    """Return the file of a source; None where it has to be downloaded. No network is asked.

    Parameters
    ----------
    entry, name
        Of the catalogue.
    where
        `embedded`, `upstream`, a mirror folder or a mirror's http(s) address.

    Raises
    ------
    SourceError
        Where the file has to be on this machine and is not.
    """
    if own(entry):
        path = Path(entry.url).expanduser()
        if not path.is_file():
            raise SourceError(f"{project.CATALOG}: {name}.url: no file {entry.url}",
                              expected="a file's path from the folder of params.yaml, or an http(s) address",
                              remedy="mend the url, or put the file there")  # fmt: skip
        return path
    if where == "upstream" or where.startswith(("http://", "https://")):
        return None
    if where == "embedded" and entry.embedded is None:
        raise SourceError(
            f"{name}: is not embedded", expected=f"`embedded`, or a file's path as its url, in {project.CATALOG}",
            got=f"url {entry.url}", remedy=f"set source in {project.PARAMS} to upstream or to a mirror, or download "
            "the file and give its path as the url",
        )  # fmt: skip
    file = (project.EMBEDDED if where == "embedded" else folder(where)) / entry.mirror
    if not file.is_file():
        raise SourceError(f"{name}: no file {file}", remedy=f"set source in {project.PARAMS} to where it is: "
                          "embedded, upstream, a mirror")  # fmt: skip
    return file


def folder(where: str) -> Path:
    """Return a mirror folder; SourceError where there is none."""
    path = Path(where).expanduser()
    if not path.is_dir():
        raise SourceError(f"{project.PARAMS}: source: no folder {where!r}",
                          expected="embedded, upstream, a folder or an http(s) address",
                          remedy=reader.nearest(where, ("embedded", "upstream")))  # fmt: skip
    return path
