"""Sources of the catalogue: from wherever they lie to unpacked files that can be trusted.

`fetch` does the whole: `get` finds a source's file and proves that it is the known one; `unpack` takes from it what the
build needs.
"""

from litemill.sources.fetch import fetch
from litemill.sources.origin import get
from litemill.sources.unpacking import unpack

__all__ = ["fetch", "get", "unpack"]
