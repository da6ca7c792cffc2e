"""The stand-in for benchmark_model as a file, with what a test sets ahead of it."""

import shlex
from pathlib import Path

_TEXT = Path(__file__).with_name("benchmark_model.sh").read_text()


def write(path: Path, **settings: object) -> Path:
    """Write the tool with settings of benchmark_model.sh, as `latency_us=4000`; give its path."""
    assert all(f"TOOL_{name.upper()}:=" in _TEXT for name in settings), settings
    head, _, rest = _TEXT.partition("\n")
    given = "".join(f"TOOL_{name.upper()}={shlex.quote(str(value))}\n" for name, value in settings.items())
    path.write_text(f"{head}\n{given}{rest}")
    path.chmod(0o755)
    return path


def model(path: Path, size: int = 4096, fill: bytes = b"\0") -> Path:
    """Write a file that the tool takes for a model."""
    path.write_bytes(b"\x1c\0\0\0TFL3" + fill * (size - 8))
    return path
