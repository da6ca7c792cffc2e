"""params.yaml and the files of its settings, as the stage `plan` leaves them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from litemill.dvc import settings_files
from litemill.ground import io
from litemill.settings import pieces


def write(root: Path, settings: Mapping[str, Any] | str) -> None:
    """Write settings, given as values or as YAML, to a checkout at `root`."""
    text = settings if isinstance(settings, str) else yaml.safe_dump(dict(settings), sort_keys=False)
    (root / "params.yaml").write_text(text, encoding="utf-8")
    for name, data in settings_files.of(yaml.safe_load(text)).items():
        io.write(root / pieces.path(name), data)
