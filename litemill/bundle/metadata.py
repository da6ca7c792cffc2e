"""TFLite metadata inside a file: what its tensors mean, how pictures are normalized, what the classes are called.

The format is that of tflite/schema/metadata_schema.fbs: a flatbuffer in a buffer named TFLITE_METADATA, and the files
that it names zipped on to the end of the model.
"""

import importlib.util
import io
import zipfile
from pathlib import Path
from typing import Any

import flatbuffers
import msgspec
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from litemill.bundle.manifest import Normalization, Port
from litemill.conversion import tflite
from litemill.ground.errors import ArtifactError
from litemill.records.base import Record, Tensor
from litemill.settings.catalog import Entry

NAME = b"TFLITE_METADATA"


# the version of the schema that added custom metadata
PARSER = "1.5.0"


LABELS = "labels.txt"


# the earliest that a zip file can say
DATE = (1980, 1, 1, 0, 0, 0)


def _generated(name: str) -> Any:  # noqa: ANN401  a module of generated classes
    """Load schema classes out of mediapipe's folder: the package itself starts OpenCV, audio and TensorFlow."""
    package = importlib.util.find_spec("mediapipe")
    if package is None or package.origin is None:
        raise ArtifactError("mediapipe is not installed", remedy="run: make repro")
    path = Path(package.origin).parent / "tasks/metadata" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"litemill.bundle.{name}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ArtifactError(
            f"{path}: no such module", remedy="install the version of mediapipe that pyproject.toml names"
        )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class About(Record, frozen=True):
    """What a file's metadata say; `classes` are a segmentation network's, in the order of its logits."""

    name: str
    description: str
    version: str
    licence: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    classes: tuple[str, ...] = ()


def with_metadata(model: bytes, about: About) -> bytes:
    """Return a TFLite file with its metadata; the same inputs give the same bytes.

    Metadata that it had are replaced, and so are files zipped to its end. Weights keep their alignment; those that lie
    behind the flatbuffer come into it.
    """
    whole = _attached(model, _flatbuffer(about))
    return _zipped(whole, "\n".join(about.classes) + "\n") if about.classes else whole


def _flatbuffer(about: About) -> bytes:
    """Return the metadata themselves."""
    classes = _generated("metadata_schema_py_generated")
    graph = classes.SubGraphMetadataT()
    graph.inputTensorMetadata = [_tensor(classes, port) for port in about.inputs]
    graph.outputTensorMetadata = [_tensor(classes, port) for port in about.outputs]
    if about.classes:
        named = classes.AssociatedFileT()
        named.name, named.type = LABELS, classes.AssociatedFileType.TENSOR_AXIS_LABELS
        named.description = "the class of each channel, one a line"
        graph.outputTensorMetadata[0].associatedFiles = [named]
        graph.customMetadata = [_softmax(classes)]
    whole = classes.ModelMetadataT()
    whole.name, whole.description, whole.version = about.name, about.description, about.version
    whole.license, whole.minParserVersion, whole.subgraphMetadata = about.licence, PARSER, [graph]
    return _finished(whole, b"M001")


def _tensor(classes: Any, port: Port) -> Any:  # noqa: ANN401  generated classes
    """Describe a tensor; one with a normalization is a picture in RGB."""
    tensor = classes.TensorMetadataT()
    tensor.name, tensor.description = port.role, port.description
    tensor.content = classes.ContentT()
    if port.normalization is None:
        tensor.content.contentPropertiesType = classes.ContentProperties.FeatureProperties
        tensor.content.contentProperties = classes.FeaturePropertiesT()
        return tensor
    tensor.content.contentPropertiesType = classes.ContentProperties.ImageProperties
    tensor.content.contentProperties = classes.ImagePropertiesT()
    tensor.content.contentProperties.colorSpace = classes.ColorSpaceType.RGB
    unit, options = classes.ProcessUnitT(), classes.NormalizationOptionsT()
    options.mean, options.std = [port.normalization.mean], [port.normalization.std]
    unit.optionsType, unit.options = classes.ProcessUnitOptions.NormalizationOptions, options
    tensor.processUnits = [unit]
    tensor.stats = classes.StatsT()
    tensor.stats.min = [(0 - port.normalization.mean) / port.normalization.std]
    tensor.stats.max = [(255 - port.normalization.mean) / port.normalization.std]
    return tensor


def _softmax(classes: Any) -> Any:  # noqa: ANN401  generated classes
    """Say that logits become shares of confidence by softmax."""
    segmenter = _generated("image_segmenter_metadata_schema_py_generated")
    options = segmenter.ImageSegmenterOptionsT()
    options.activation = segmenter.Activation.SOFTMAX
    custom = classes.CustomMetadataT()
    custom.name, custom.data = "SEGMENTER_METADATA", np.frombuffer(_finished(options, b"V001"), np.uint8)
    return custom


def _attached(model: bytes, metadata: bytes) -> bytes:
    """Put metadata into a model's flatbuffer, in place of those that it had."""
    parsed = tflite.read(_bare(model))
    entries = parsed.metadata or []
    place = next((one.buffer for one in entries if one.name == NAME), None)
    if place is None:
        entry, place = schema.MetadataT(), len(parsed.buffers)
        entry.name, entry.buffer = NAME, place
        parsed.buffers, parsed.metadata = [*parsed.buffers, schema.BufferT()], [*entries, entry]
    parsed.buffers[place].data = np.frombuffer(metadata, np.uint8)
    return tflite.write(parsed)


def _bare(model: bytes) -> bytes:
    """Return a model without the files that are zipped to its end."""
    stream = io.BytesIO(model)
    if not zipfile.is_zipfile(stream):
        return model
    with zipfile.ZipFile(stream) as archive:
        # some have a zip file without files
        return model[: min((one.header_offset for one in archive.infolist()), default=archive.start_dir)]


def _finished(table: Any, identifier: bytes) -> bytes:  # noqa: ANN401  generated
    builder = flatbuffers.Builder()
    builder.Finish(table.Pack(builder), identifier)
    return bytes(builder.Output())


def _zipped(model: bytes, labels: str) -> bytes:
    """Append the labels as a zip file, where readers of metadata look for them."""
    stream = io.BytesIO(model)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(zipfile.ZipInfo(LABELS, DATE), labels)
    return stream.getvalue()


PICTURES = ("image", "content", "style")


_CLASSES = "one value a class and cell: resize to the picture, then the class with the largest value is the pixel's"


_SAID = {
    "bottleneck": "a style in few numbers, as the predict network says it or a style pack holds it",
    "logits": _CLASSES,
    "resized_logits": _CLASSES,
    "stylized": "the stylized picture, RGB, 0 to 1",
}


def port(tensor: Tensor, entry: Entry) -> Port:
    """Describe a tensor of a network from a source."""
    normalization = _normalization(tensor.role, entry)
    said = _SAID.get(tensor.role, "")
    if normalization is not None:
        height, width = tensor.shape[1:3]
        said = (
            f"a picture, RGB, {height} rows of {width}; "
            f"a pixel of 0 to 255 enters as (pixel - {normalization.mean:g}) / {normalization.std:g}"
        )
    return Port(**msgspec.structs.asdict(tensor), description=said, normalization=normalization)


def _normalization(role: str, entry: Entry) -> Normalization | None:
    """Return how a pixel enters; None where no picture does."""
    if role not in PICTURES:
        return None
    if entry.crop is None:
        return Normalization(0.0, 255.0)
    return Normalization(-entry.crop.offset * entry.crop.divisor, entry.crop.divisor)
