"""What every record is, and the tensor that many of them name."""

import msgspec


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every record is."""


class Tensor(Record, frozen=True):
    """One input or output of a graph or a TFLite file.

    Parameters
    ----------
    role
        What it holds: image, logits, resized_logits, content, style, bottleneck, stylized.
    name, shape, dtype
        As the graph or the file has it.
    scale, zero_point
        Of a quantized tensor: value = scale * (stored - zero_point); 0 where it is not quantized.

    Examples
    --------
    >>> import litemill
    >>> litemill.Tensor("image", "input:0", (1, 257, 257, 3), "float32").shape
    (1, 257, 257, 3)
    """

    role: str
    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float = 0.0
    zero_point: int = 0
