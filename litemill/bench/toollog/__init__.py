"""Read what TensorFlow Lite's `benchmark_model` printed: text in, figures or a refusal out."""

from litemill.bench.toollog.runs import decode, read
from litemill.bench.toollog.verdict import Run

__all__ = ["Run", "decode", "read"]
