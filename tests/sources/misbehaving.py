"""A real server on loopback that misbehaves on demand."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each path as it was told to; the last answer of a list is given again and again."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Range")))
        answers = self.server.answers.get(self.path) or [status(404)]
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def head(self, code: int, length: int, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.over = threading.Event()
        self.base = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_args: object) -> None:
        """Clients that go away are what the tests are about."""


def status(code: int, **headers: str) -> Answer:
    return lambda handler: handler.head(code, 0, **headers)


def body(data: bytes, etag: str = '"1"') -> Answer:
    """Return the whole file, or the rest that the client asks for if it names this version of it."""

    def answer(handler: Handler) -> None:
        asked = handler.headers.get("Range", "")
        dated = {"ETag": etag, "Last_Modified": formatdate(0, usegmt=True)}
        if asked and handler.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                return handler.head(416, 0)
            parts = f"bytes {start}-{len(data) - 1}/{len(data)}"
            handler.head(206, len(data) - start, Content_Range=parts, **dated)
            handler.wfile.write(data[start:])
        else:
            handler.head(200, len(data), **dated)
            handler.wfile.write(data)
        return None

    return answer


def whole(data: bytes, **headers: str) -> Answer:
    """Return the whole file whatever part is asked for."""

    def answer(handler: Handler) -> None:
        handler.head(200, len(data), **headers)
        handler.wfile.write(data)

    return answer


def cut(data: bytes, at: int, length: int | None = None, *, reset: bool = False) -> Answer:
    """Announce the whole file (or `length` bytes), send `at` bytes and close, or reset, the connection."""

    def answer(handler: Handler) -> None:
        handler.head(200, length or len(data), ETag='"1"')
        handler.wfile.write(data[:at])
        handler.wfile.flush()
        if reset:
            time.sleep(0.1)  # so that the client has what was sent: a reset throws away what is on the way
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True

    return answer


def stall(data: bytes, at: int) -> Answer:
    """Send `at` bytes, then nothing until the test is over."""

    def answer(handler: Handler) -> None:
        handler.head(200, len(data), ETag='"1"')
        handler.wfile.write(data[:at])
        handler.wfile.flush()
        handler.server.over.wait(20)

    return answer


def trickle(data: bytes, pause_s: float) -> Answer:
    """Send byte by byte, each too soon for a limit on silence."""

    def answer(handler: Handler) -> None:
        handler.head(200, len(data), ETag='"1"')
        for byte in data:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if handler.server.over.wait(pause_s):
                return

    return answer
