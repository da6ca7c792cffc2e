"""How a network becomes a TFLite file, and how near to the original it must stay."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]


Quantize = Literal["none", "fp16", "fp16_exact", "dynamic", "per_op", "int8", "int16x8"]


class Tolerance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Least accuracy against the original; what a network's task does not measure is left aside.

    Parameters
    ----------
    label_agreement
        Share of pixels with the original's label (segmentation).
    mean_iou
        Mean intersection over union with the original's labels (segmentation).
    bottleneck_cosine
        Cosine with the original's style bottleneck (predict).
    psnr_db
        Mean over the stylized pictures, in dB, fed with the original's bottleneck (transfer).
    ssim
        The same of their structural similarity.
    """

    label_agreement: Share | None = None
    mean_iou: Share | None = None
    bottleneck_cosine: Share | None = None
    psnr_db: float | None = None
    ssim: Share | None = None

    def unmet(self, metrics: Mapping[str, float]) -> dict[str, float]:
        """Return the least values that figures stay below, by name."""
        least = {name: floor for name, floor in msgspec.structs.asdict(self).items() if floor is not None}
        return {name: floor for name, floor in least.items() if name in metrics and metrics[name] < floor}


class OpRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How operators compute, in a recipe that tells them apart; of several rules that fit one, the last holds.

    Parameters
    ----------
    op
        TFLite's name of the operator, such as CONV_2D; `*` is every one that can be quantized.
    compute
        `dynamic` (integer weights, activations quantized as they come), `weight_only` (integer weights, float
        arithmetic) or `float` (float32 weights, stored as float16 where that changes no value).
    bits
        Of integer weights: 8, or 4, which halves them again and costs accuracy.
    outputs
        Regular expression that is searched in the names of output tensors: the graph's, several joined by `;` where
        the converter joined nodes.
    """

    op: Annotated[str, msgspec.Meta(pattern=r"^([A-Z0-9_]+|\*)$")]
    compute: Literal["dynamic", "weight_only", "float"]
    outputs: str = ".*"
    bits: Literal[4, 8] = 8

    def __post_init__(self) -> None:
        try:
            re.compile(self.outputs)
        except re.error as error:
            raise ValueError(f"outputs is no regular expression: {error}") from None


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a network becomes a TFLite file.

    Parameters
    ----------
    quantize
        `none` (float32), `fp16` (weights stored as float16), `fp16_exact` (float16 only where that changes no value),
        `dynamic` (int8 weights, activations quantized as they come), `per_op` (as `ops` say), `int8` (calibrated,
        full integer), `int16x8` (int16 activations, int8 weights).
    calibration_samples
        How many of the calibration inputs are used.
    ops
        Of `per_op`: the rules.
    refit
        Of `int8`: refit each layer's weights to the float network's output, round them by GPTQ and correct biases.
    keep_float
        Of `int8`: output tensors whose ops stay in float; `auto` searches for those that pay.
    tolerance
        The least accuracy that its artifacts must have.

    Examples
    --------
    >>> import litemill
    >>> litemill.Recipe("int8", calibration_samples=12).refit
    False
    """

    quantize: Quantize
    calibration_samples: Count | None = None
    ops: tuple[OpRule, ...] = ()
    refit: bool = False
    keep_float: Literal["auto"] | tuple[str, ...] = ()
    tolerance: Tolerance = Tolerance()

    def __post_init__(self) -> None:
        calibrated = self.quantize in ("int8", "int16x8")
        if calibrated != (self.calibration_samples is not None):
            raise ValueError(
                f"calibration_samples {'must' if calibrated else 'can not'} be given with quantize {self.quantize}"
            )
        if (self.quantize == "per_op") != bool(self.ops):
            raise ValueError(f"ops {'must' if not self.ops else 'can not'} be given with quantize {self.quantize}")
        if self.quantize != "int8" and (self.refit or self.keep_float):
            raise ValueError(f"refit and keep_float can not be given with quantize {self.quantize}")
        if self.refit and self.keep_float == "auto":
            # the search judges layers that are not refitted
            raise ValueError("keep_float auto can not be given with refit: name the outputs")
