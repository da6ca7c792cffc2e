"""Read what TensorFlow Lite's `benchmark_model` printed: text in, figures or a refusal out."""

from litemill.benchmark_log.runs import decode, read
from litemill.benchmark_log.verdict import Run

__all__ = ["Run", "decode", "read"]
