"""Servers of S3's kind on loopback: a real one, and one that refuses everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
from devices.adb_client import free_port
from moto.server import ThreadedMotoServer

KEYS = {
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_DEFAULT_REGION": "us-east-1",
}
ONCE = KEYS | {"AWS_MAX_ATTEMPTS": "1"}  # for a server that is never going to answer otherwise
BUCKET = "bucket"
CODES = {403: "AccessDenied", 507: "XMinioStorageFull"}
EMPTY = (
    f"<ListBucketResult><Name>{BUCKET}</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>"
)


@contextmanager
def bucket() -> Iterator[str]:
    """Return the address of a server with an empty bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        address = f"http://127.0.0.1:{port}"
        boto3.client(
            "s3", endpoint_url=address, region_name=KEYS["AWS_DEFAULT_REGION"],
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        ).create_bucket(Bucket=BUCKET)  # fmt: skip
        yield address
    finally:
        server.stop()


@contextmanager
def refusing(status: int | None) -> Iterator[str]:
    """Return the address of a server that has nothing and takes nothing, with a reason; without one, nobody listens."""
    if status is None:
        yield f"http://127.0.0.1:{free_port()}"
        return

    refused, code = status, CODES[status]

    class Refusing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(200, EMPTY)

        def do_HEAD(self) -> None:
            self.answer(404, "")

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(refused, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")

        do_POST = do_PUT  # noqa: N815  as the server asks for it

        def answer(self, code: int, text: str) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_words: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
