"""Tell all about a model that the catalogue does not know: where to cut it, what proves it, what its entry is."""

import msgspec

from litemill.ground.errors import GraphError


def inspect(model: str, /, *, json: bool = False, add: bool = False) -> str | None:
    """Find and prove the cuts of a model: a .pb, a .tar.gz, a SavedModel's folder, or the address of one.

    With `add`, its entry is put into the catalogue.
    """
    # TensorFlow greets when it is imported: here its greeting is kept from the terminal
    from litemill.inspection import adding  # noqa: PLC0415
    from litemill.inspection.inspection import inspect as inspected  # noqa: PLC0415
    from litemill.inspection.text import text  # noqa: PLC0415

    known = inspected(model)
    if json:
        print(msgspec.json.format(msgspec.json.encode(known, order="sorted")).decode())
    elif known.inputs:
        print(text(known))
    if known.refused is not None:
        raise GraphError(known.refused)
    added = adding.add(known.entry) if add else None
    return None if json else added
