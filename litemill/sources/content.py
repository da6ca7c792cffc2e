"""What a file really is, by its first bytes: proxies answer with pages where a file was asked for."""

import string
from pathlib import Path
from typing import Literal

from litemill.ground.errors import SourceError

Kind = Literal["frozen_graph", "saved_model", "tflite"]

HEAD_BYTES = 512
GZIP = b"\x1f\x8b"
TFLITE = b"TFL3"
_ARCHIVE, _FLATBUFFER = "an archive", "a TFLite file"
_PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--", b"<script", b"<title", b"<body")


def require(file: Path, kind: Kind, label: str) -> None:
    """Raise SourceError unless `file` begins as a source of `kind` does; `label` names it in the message."""
    with file.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    require_bytes(head, _FLATBUFFER if kind == "tflite" else _ARCHIVE, label)


def require_bytes(head: bytes, wanted: str, label: str) -> None:
    """Raise SourceError unless `head`, a file's first bytes, is of what is `wanted`."""
    found = describe(head)
    if found != wanted:
        raise SourceError(
            f"{label}: {found}, not {wanted}",
            expected="a .tar.gz" if wanted == _ARCHIVE else "identifier TFL3",
            got=repr(head[:40])[1:] if head else "0 bytes",
            remedy="see in a browser what the address gives (a proxy's page?), "
            "or set source in params.yaml to embedded or to a mirror",
        )


def describe(head: bytes) -> str:
    """Say what begins with `head`, in words that fit "a web page, not an archive"."""
    if not head:
        return "an empty file"
    if head.startswith(GZIP):
        return _ARCHIVE
    if head[4:8] == TFLITE:
        return _FLATBUFFER
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE):
        return "a web page"
    if all(byte in string.printable.encode() for byte in head):
        return "a text"
    return "a file of another kind"
