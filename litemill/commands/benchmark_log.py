"""Read logs of TensorFlow's benchmark_model; `litemill.benchlog` says what each key means."""

import sys

from litemill import benchlog


def benchmark_log(*files: str) -> None:
    """Print the figures of benchmark_model logs as JSON, one line a run."""
    sys.exit(benchlog.main(files))
