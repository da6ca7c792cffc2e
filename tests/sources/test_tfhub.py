import pytest

from litemill.sources.origin import addresses

STORAGE = "https://storage.googleapis.com"


def test_a_module_is_asked_for_as_tensorflow_hub_does_then_where_it_is_stored() -> None:
    handle = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256/2"
    assert addresses(handle) == (
        f"{handle}?tf-hub-format=compressed",
        f"{STORAGE}/tfhub-modules/google/magenta/arbitrary-image-stylization-v1-256/2.tar.gz",
    )


def test_a_tflite_file_is_asked_for_by_its_address_then_where_it_is_stored() -> None:
    url = "https://tfhub.dev/tensorflow/lite-model/deeplabv3/1/metadata/2?lite-format=tflite"
    stored = f"{STORAGE}/tfhub-lite-models/tensorflow/lite-model/deeplabv3/1/metadata/2.tflite"
    assert addresses(url) == (url, stored)


def test_another_host_is_asked_as_it_is() -> None:
    url = "http://download.tensorflow.org/models/x.tar.gz"
    assert addresses(url) == (url,)


@pytest.mark.build
def test_a_module_is_asked_for_as_tensorflow_hub_itself_would() -> None:
    from tensorflow_hub.compressed_module_resolver import (  # noqa: PLC0415  it imports TensorFlow
        HttpCompressedFileResolver,
    )

    handle = "https://tfhub.dev/google/magenta/arbitrary-image-stylization-v1-256/2"
    asked = HttpCompressedFileResolver()._append_compressed_format_query(handle)
    assert addresses(handle)[0] == asked
