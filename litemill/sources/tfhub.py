"""Handles of tfhub.dev as addresses of files: as tensorflow-hub asks for them, then where they are stored."""

from urllib.parse import parse_qs, urlsplit

HOST = "tfhub.dev"
_STORAGE = "https://storage.googleapis.com"


def addresses(url: str) -> tuple[str, ...]:
    """Give the addresses to ask for `url`, in turn.

    Parameters
    ----------
    url
        An upstream address; that of a module on tfhub.dev is its handle, that of a TFLite file there has
        `?lite-format=tflite`.

    Returns
    -------
    tuple of str
        `url` alone where it is not on tfhub.dev.

    Examples
    --------
    >>> addresses("https://tfhub.dev/google/module/2")
    ('https://tfhub.dev/google/module/2?tf-hub-format=compressed', \
'https://storage.googleapis.com/tfhub-modules/google/module/2.tar.gz')
    """
    parts = urlsplit(url)
    if parts.hostname != HOST:
        return (url,)
    path = parts.path.rstrip("/")
    if parse_qs(parts.query).get("lite-format") == ["tflite"]:
        return url, f"{_STORAGE}/tfhub-lite-models{path}.tflite"
    handle = parts._replace(path=path, query="tf-hub-format=compressed").geturl()
    return handle, f"{_STORAGE}/tfhub-modules{path}.tar.gz"
