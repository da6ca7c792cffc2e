"""A network as `params.yaml` has it."""

from typing import Annotated, Literal

import msgspec

from litemill.settings.catalog import Part, Size

# ahead of conversion; see docs/explanation.md
Rewrite = Literal[
    "style_transfer",
    "equal_resize",
    "normalized_bias",
    "upsampled_conv",
    "mirror_pad",
    "whole_pool",
    "pooled_branch",
    "joined_convs",
]


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One network to build.

    Parameters
    ----------
    source
        Entry of `data/catalog.yaml`.
    input
        Height and width, in pixels, of the picture that enters it.
    output
        Role of the tensor that leaves a segmentation network: `logits` (low resolution) or `resized_logits`.
    part
        Which half of a stylization model it is.
    baselines
        Official TFLite files, entries of the catalogue, that its artifacts are measured beside.
    rewrites
        What is done to its graph ahead of conversion to make it faster, each proven on the evaluation inputs.
    recipes
        The recipes that it is built with; every one if left out.
    """

    source: str
    input: tuple[Size, Size]
    output: Literal["logits", "resized_logits"] = "logits"
    part: Part | None = None
    baselines: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    recipes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] | None = None

    @property
    def task(self) -> str:
        """The name of its task in `litemill.tasks.registry`."""
        return self.part or "segmentation"
