"""A file over HTTP into the cache, whole or not at all: locked, tried again, checked, then renamed."""

import time
from collections.abc import Callable
from pathlib import Path

import filelock

from litemill.ground.errors import SourceError
from litemill.sources.transfer import Again, Limits, UnansweredError, at_hand, shown, transfer

MAX_PAUSE_S = 30


def download(urls: tuple[str, ...], target: Path, check: Callable[[Path], None], limits: Limits | None = None) -> None:
    """See that `target` holds what one of `urls` gives, and that it passes `check`.

    Parameters
    ----------
    urls
        Addresses of one file, asked in turn until one has it.
    target
        Taken as it is if it passes. What has come of it so far stays in `target`.part, to go on from there.
    check
        Raises SourceError on a file that is not to be trusted; that one is thrown away.
    limits
        Of time and bytes.

    Raises
    ------
    SourceError
        Where no address gives a file that passes; what was at `target` is as it was.
    """
    limits = limits or Limits()
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(target.with_name(f"{target.name}.lock"), timeout=limits.total_s)
    try:
        with lock:
            if not _passes(target, check):
                _replace(urls, target, check, limits)
    except filelock.Timeout:
        raise SourceError(f"{target.name}: another process has been fetching it for {limits.total_s:g} s",
                          remedy="wait for it, or end it") from None  # fmt: skip


def _passes(target: Path, check: Callable[[Path], None]) -> bool:
    """Tell whether the file of an earlier download is there and still good."""
    try:
        check(target)
    except (SourceError, FileNotFoundError):
        return False
    return True


def _replace(urls: tuple[str, ...], target: Path, check: Callable[[Path], None], limits: Limits) -> None:
    """Put what the first of `urls` that answers gives in `target`'s place, if it passes."""
    part = target.with_name(f"{target.name}.part")
    for url in urls:
        try:
            _persist(url, part, limits)
            break
        except UnansweredError:
            if url == urls[-1]:
                raise
    try:
        check(part)
    except SourceError as error:
        part.unlink()
        raise _at(shown(url), error) from None
    part.replace(target)


def _at(address: str, error: SourceError) -> SourceError:
    """Say where the file came from that failed."""
    return SourceError(f"{error.what}, from {address}", expected=error.expected, got=error.got, remedy=error.remedy)


def _persist(url: str, part: Path, limits: Limits) -> None:
    """Try until `part` is whole, with pauses that double; SourceError when tries or time are used up."""
    import requests  # noqa: PLC0415  for those who download only

    deadline = time.monotonic() + limits.total_s
    with requests.Session() as session:
        for count in range(1, limits.tries + 1):
            try:
                return transfer(session, url, part, limits, deadline)
            except Again as failure:
                reason = failure
            pause = min(max(limits.pause_s * 2 ** (count - 1), reason.wait_s), MAX_PAUSE_S)
            if count == limits.tries or time.monotonic() + pause > deadline:
                break
            time.sleep(pause)
    kept = at_hand(part)
    if not kept:
        part.unlink(missing_ok=True)
    kind = SourceError if kept else UnansweredError
    remedy = f"it goes on from the {kept} bytes at hand" if kept else "first see network, proxy settings and address"
    raise kind(f"{shown(url)}: given up at try {count}", expected="the whole file", got=reason,
               remedy=f"run it again; {remedy}")  # fmt: skip
