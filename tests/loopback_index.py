"""A package index on loopback, of tiny wheels that a test makes."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Index:
    """Wheels in a folder, with a page a package that names them.

    Parameters
    ----------
    root
        The folder, which is served.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.address = ""
        self.slow = ""  # a file whose name begins so is not given before `go` is set
        self.asked = threading.Event()
        self.go = threading.Event()

    def add(self, name: str, version: str, *requires: str, extra: str = "", script: bytes = b"") -> str:
        """Make a wheel; give its lines of a lock."""
        info = f"{name}-{version}.dist-info"
        metadata = [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            f"Version: {version}",
            *([f"Provides-Extra: {extra}"] if extra else []),
            *(f"Requires-Dist: {each}" for each in requires),
        ]
        files = {
            f"{name}.py": b"",
            f"{info}/METADATA": "\n".join([*metadata, ""]).encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        } | ({f"{name}-{version}.data/scripts/{name}": script} if script else {})
        files[f"{info}/RECORD"] = "".join(f"{each},,\n" for each in [*files, f"{info}/RECORD"]).encode()
        wheel = self.root / name / f"{name}-{version}-py3-none-any.whl"
        wheel.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel, "w") as archive:
            for each, data in files.items():
                entry = zipfile.ZipInfo(each)
                entry.external_attr = 0o100755 << 16  # a script can be run
                archive.writestr(entry, data)
        links = [f'<a href="{each.name}">{each.name}</a>' for each in sorted(wheel.parent.glob("*.whl"))]
        (wheel.parent / "index.html").write_text("<!DOCTYPE html>" + "".join(links))
        return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@contextmanager
def served(root: Path) -> Iterator[Index]:
    """Serve an index on loopback."""
    index = Index(root)

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if index.slow and Path(self.path).name.startswith(index.slow):
                index.asked.set()
                index.go.wait(300)
            super().do_GET()

        def log_message(self, *_: object) -> None: ...

    root.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root)))
    index.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield index
    finally:
        index.go.set()
        server.shutdown()
        server.server_close()
