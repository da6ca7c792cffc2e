"""Sources made for tests: small graphs, archives good and hostile, entries of the catalogue."""

import gzip
import hashlib
import io
import tarfile

from litemill.settings.catalog import Embedded, Entry

NAME = "small"
MIRROR = "models/small.tar.gz"
GRAPH_NAME = "small/frozen_inference_graph.pb"


def field(number: int, value: bytes | int) -> bytes:
    """Return one field of a protobuf message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    """Return a number as protobuf writes it."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def node(name: str, op: str, *inputs: str, weights: bytes = b"") -> bytes:
    """Return a NodeDef."""
    parts = [field(1, name.encode()), field(2, op.encode()), *(field(3, item.encode()) for item in inputs)]
    return b"".join(parts) + (field(5, weights) if weights else b"")


def graph(nodes: int = 40) -> bytes:
    """Return a GraphDef of placeholders and constants that hold 1 kB each of what can't be compressed."""
    nodes_ = [node(f"const_{i}", "Const", weights=noise(1000, i)) for i in range(nodes)]
    return b"".join(field(1, item) for item in nodes_) + field(4, field(1, 1087))


def saved_model(data: bytes) -> bytes:
    """Return a SavedModel with a GraphDef in it."""
    return field(1, 1) + field(2, field(1, b"") + field(2, data))


def noise(size: int, seed: int = 0) -> bytes:
    """Return bytes that look random, the same each time."""
    return hashlib.shake_128(seed.to_bytes(4, "big")).digest(size)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    """Return the head of a tar member."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def tar(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    """Return a tar of plain files and of heads without content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for item in members:
            if isinstance(item, tarfile.TarInfo):
                archive.addfile(item)
            else:
                archive.addfile(member(item[0], size=len(item[1])), io.BytesIO(item[1]))
    return out.getvalue()


def tar_gz(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    """Return a .tar.gz, the same bytes each time."""
    return gzip.compress(tar(*members), mtime=0)


def good() -> bytes:
    """Return an archive as it should be, 40 kB."""
    return tar_gz((GRAPH_NAME, graph()), ("small/model.ckpt.index", b"not needed"))


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def entry(data: bytes | None = None, **changes: object) -> Entry:
    """Return a catalogue entry whose embedded file is `data`, or without any known hash."""
    fields: dict[str, object] = {
        "kind": "frozen_graph",
        "url": "https://example.org/models/small.tar.gz",
        "mirror": MIRROR,
        "licence": "Apache-2.0",
        "task": "segmentation",
    }
    if data is not None:
        fields["embedded"] = Embedded(sha256(data), len(data), rebuilt=True)
    return Entry(**(fields | changes))  # type: ignore[arg-type]
