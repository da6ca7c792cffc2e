"""What native libraries print of themselves, kept from the terminal."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from litemill.core.errors import LitemillError

LAST_BYTES = 4000


@contextmanager
def native_output_kept() -> Iterator[None]:
    """Keep what C and C++ code writes to stderr; Python's own stderr is untouched.

    TensorFlow and LiteRT greet with lines that no setting silences. After a bug (an exception that is none of ours) the
    last of them are printed ahead of its traceback; LITEMILL_VERBOSE=1 lets them all through.
    """
    if os.environ.get("LITEMILL_VERBOSE"):
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    python_stderr = sys.stderr
    with tempfile.TemporaryFile() as kept, os.fdopen(os.dup(2), "w", buffering=1) as stream:
        os.dup2(kept.fileno(), 2)
        sys.stderr = stream
        try:
            yield
        except (LitemillError, OSError, KeyboardInterrupt):
            raise
        except BaseException:
            kept.seek(max(0, kept.tell() - LAST_BYTES))
            os.write(terminal, kept.read())
            raise
        finally:
            sys.stderr = python_stderr
            os.dup2(terminal, 2)
            os.close(terminal)
