"""The record of a TFLite file."""

from litemill.records.base import Record, Tensor


class Converted(Record, frozen=True):
    """A TFLite file.

    Parameters
    ----------
    network, recipe
        What it was built of, and how.
    quantize
        The recipe's.
    sha256, size_bytes
        Of the file.
    inputs, outputs
        Its tensors, by the file's own order.
    ops
        Operators by TFLite's name, and how many of each.
    unpacked_bytes
        Its size ahead of repacking.
    kept_float
        Of `keep_float`: output tensors whose ops stayed in float.
    notes
        What the conversion chose by itself, and why.
    """

    network: str
    recipe: str
    quantize: str
    sha256: str
    size_bytes: int
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    ops: dict[str, int] = {}
    unpacked_bytes: int = 0
    kept_float: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
