"""One try to get one file over HTTP, going on where an earlier one stopped; requests does the talking.

Proxies and certificates are those of the environment: HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from litemill.ground import io
from litemill.ground.errors import SourceError

if TYPE_CHECKING:  # a second of imports, for those who download only
    from requests import Response, Session

CHUNK_BYTES = 1 << 16
_RETRIED = {408, 429, 500, 502, 503, 504}
_ELSEWHERE = "see `url` of its catalogue entry, or set source in params.yaml to embedded or to a mirror"


@dataclass(frozen=True)
class Limits:
    """How long and how much: seconds to connect, of silence and in all; tries, and the first pause.

    `bytes` is the most that is taken of a file, of which nobody knows the size.
    """

    connect_s: float = 10
    read_s: float = 30
    total_s: float = 3600
    tries: int = 5
    pause_s: float = 1
    bytes: int = 1 << 30


class Again(Exception):  # noqa: N818  says what to do, and never leaves the package
    """A try failed that may succeed the next time, after `wait_s` seconds if the server asked for them."""

    def __init__(self, reason: str, wait_s: float = 0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class UnansweredError(SourceError):
    """An address has no such file, or nobody answers there: another address may."""


def shown(url: str) -> str:
    """Return an address without the password that it may hold."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def transfer(session: "Session", url: str, part: Path, limits: Limits, deadline: float) -> None:
    """Bring `part` to the whole of what is at `url`.

    What `part` holds is kept if the server can go on in the middle and still has the same file, by the
    validator (ETag, or its date) in the file beside it.

    Raises
    ------
    Again
        Where the connection dropped, or the server is busy.
    SourceError
        Where trying again is of no use; UnansweredError where another address may be.
    """
    note = _note(part)
    headers = {"Accept-Encoding": "identity"}
    if have := at_hand(part):
        headers |= {"Range": f"bytes={have}-", "If-Range": note.read_text(encoding="utf-8")}
    with _answer(session, url, headers, limits) as response:
        goes_on = _goes_on(response, headers)
        start = have if goes_on else 0
        if not goes_on:
            part.unlink(missing_ok=True)
            if response.status_code != HTTPStatus.OK:
                raise Again("another part of the file than the one asked for")
        _remember(note, response)
        _receive(response, part, start, limits, deadline)
    note.unlink(missing_ok=True)


def at_hand(part: Path) -> int:
    """Return the bytes of `part` that a transfer can go on from: none where nobody knows what they are of."""
    return part.stat().st_size if part.is_file() and _note(part).is_file() else 0


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _answer(session: "Session", url: str, headers: dict[str, str], limits: Limits) -> "Response":
    """Ask for `url`; give an answer with a file in it, or one that says that there is no such part."""
    import requests  # noqa: PLC0415  for those who download only

    address = shown(url)
    try:
        response = session.get(url, headers=headers, stream=True, timeout=(limits.connect_s, limits.read_s))
    except requests.TooManyRedirects:
        raise SourceError(f"{address}: redirects in a circle", expected=f"at most {session.max_redirects}",
                          got="one more", remedy=_ELSEWHERE) from None  # fmt: skip
    except requests.exceptions.SSLError as error:
        raise SourceError(f"{address}: no trusted TLS connection", got=_cause(error), remedy=
                          "name your proxy's certificates in REQUESTS_CA_BUNDLE") from None  # fmt: skip
    except requests.ReadTimeout:
        raise Again(f"no answer for {limits.read_s:g} s") from None
    except requests.ConnectionError as error:
        raise Again(f"no connection ({_cause(error)})") from None
    except requests.RequestException as error:
        raise SourceError(f"{address}: can't be asked for", got=error, remedy=_ELSEWHERE) from None
    status = response.status_code
    if status in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}:
        return response
    response.close()
    got = f"HTTP {status} {response.reason or ''}".strip()
    if status in _RETRIED:
        asked = response.headers.get("Retry-After", "")
        raise Again(got, float(asked) if asked.isdecimal() else 0)
    kind = UnansweredError if status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE} else SourceError
    raise kind(f"{address}: the server does not give this file", got=got, remedy=_ELSEWHERE)


def _cause(error: Exception) -> str:
    """Say what lies below an error of requests, which wraps and repeats the address."""
    below: BaseException = error
    while isinstance(inner := getattr(below, "reason", None) or (below.args[:1] or [None])[0], BaseException):
        below = inner
    said = (isinstance(below, OSError) and below.strerror) or str(below).rpartition(": ")[2]
    return re.sub(r"\[[^]]*\] ", "", said).strip("'\" ") or type(below).__name__


def _goes_on(response: "Response", headers: dict[str, str]) -> bool:
    """Tell whether the answer begins where the part at hand ends; a server may ignore Range."""
    wanted = headers.get("Range", "none").replace("=", " ")
    return response.status_code == HTTPStatus.PARTIAL_CONTENT and response.headers.get("Content-Range", "").startswith(
        wanted
    )


def _remember(note: Path, response: "Response") -> None:
    """Write down which version of the file it is; without one, what was got of it is of no use later."""
    tag = response.headers.get("ETag", "")
    validator = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
    if validator:
        note.write_text(validator, encoding="utf-8")
    else:
        note.unlink(missing_ok=True)


def _receive(response: "Response", part: Path, start: int, limits: Limits, deadline: float) -> None:
    """Append the answer's body to `part`, which holds `start` bytes; Again where it ends too early."""
    from tqdm import tqdm  # noqa: PLC0415  for those who download only

    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdecimal() else None
    have = start
    # disable=None: no bar unless stderr is a terminal
    bar = tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem, disable=None)
    with bar, io.written(part), part.open("ab") as stream:
        for chunk in _chunks(response, limits):
            have += len(chunk)
            if have > limits.bytes:
                part.unlink()
                raise SourceError(
                    f"{shown(response.url)}: sends more than it may",
                    expected=f"at most {limits.bytes} bytes",
                    got=f"{have} bytes and more",
                    remedy=_ELSEWHERE,
                )
            stream.write(chunk)
            bar.update(len(chunk))
            if time.monotonic() > deadline:
                raise Again(f"{have} bytes in the {limits.total_s:g} s that it may take")
    if total is not None and have < total:
        raise Again(f"a connection dropped at {have} of {total} bytes")


def _chunks(response: "Response", limits: Limits) -> Iterator[bytes]:
    """Return the body as it comes, undecoded; a dropped connection ends it, a silent one is Again."""
    import urllib3  # noqa: PLC0415  for those who download only

    try:
        # read1 gives what has come; read waits for a whole chunk, and a trickle would escape the limits
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
            yield chunk
    except urllib3.exceptions.ReadTimeoutError:
        raise Again(f"nothing for {limits.read_s:g} s") from None
    except (urllib3.exceptions.HTTPError, OSError):
        raise Again("a dropped connection") from None
