"""An inspection as text for a terminal."""

from collections.abc import Iterator, Sequence

import msgspec

from litemill.ground.project import CATALOG
from litemill.inspection.inspection import Inspection, Outlet

LABELS = {
    "image_max_error": "largest error of our pre-processing at the cut",
    "logits_max_error": "largest error of the logits",
    "resized_logits_max_error": "largest error of the resized logits",
    "label_agreement": "labels that agree with the original's",
    "bottleneck_max_error": "largest error of the bottleneck",
    "stylized_max_error": "largest error of the stylized picture",
}


def text(known: Inspection) -> str:
    """Write all that is known of a model, section by section."""
    sections = {
        "inputs": [_outlet(one) for one in known.inputs],
        "outputs": [_outlet(one) for one in known.outputs],
        "cut": [f"{role:15} {node}" for role, node in known.cut.items()],
        "outside the cut": list(_crop(known)),
        "proof": list(_proof(known)),
        "parameters": [f"{known.parameters:,}"] if known.ops else [],
        "ops": [f"{count:6} {op}" for op, count in sorted(known.ops.items(), key=lambda one: (-one[1], one[0]))],
        "would not run on a GPU delegate": list(_gpu(known)),
    }
    task = f"{known.task or 'unknown task'}{f', {known.part} part' if known.part else ''}"
    lines = [f"{known.model}: {task}"]
    for title, content in sections.items():
        lines += ["", f"{title}:", *(f"  {line}" for line in content)] if content else []
    # not indented: it is pasted as it stands
    lines += ["", f"to paste into {CATALOG} (--add does it):", "", known.entry.rstrip()] if known.entry else []
    return "\n".join(lines)


def shape(sides: Sequence[int | None] | None) -> str:
    """Write a shape, an open side as ?."""
    return (
        "of any shape" if sides is None else "[" + ", ".join("?" if side is None else str(side) for side in sides) + "]"
    )


def _outlet(one: Outlet) -> str:
    return f"{one.name} {one.dtype} {shape(one.shape)}"


def _crop(known: Inspection) -> Iterator[str]:
    if known.crop is None:
        return
    for name, value in msgspec.to_builtins(known.crop).items():
        yield f"{name:15} {shape(value) if name == 'size' else value}"


def _proof(known: Inspection) -> Iterator[str]:
    if known.proof is None:
        return
    yield f"on {known.proof.pictures} pictures"
    for name, value in msgspec.to_builtins(known.proof).items():
        if name in LABELS:
            yield f"{LABELS[name]}: {f'{value:.3%}' if name == 'label_agreement' else f'{value:.3g}'}"


def _gpu(known: Inspection) -> Iterator[str]:
    for part, reasons in known.gpu.items():
        yield f"{part}: {'; '.join(reasons) or 'nothing that its rules name'}"
