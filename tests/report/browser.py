"""A real browser: Debian's Chromium, or another that CHROMIUM names, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
# width, height in pixels
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
SCHEMES = ("light", "dark")
Opened = tuple[Page, list[str]]


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the browser; its sandbox needs another user than root."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if root else [])
        yield found
        found.close()


@contextmanager
def opened(browser: Browser, path: Path, size: str = "desktop", scheme: str = "light") -> Iterator[Opened]:
    """Open a file, and give with it what it says on the console and asks the network for."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: heard.append(request.url) if not known(request.url, path) else None)
    page.goto(path.resolve().as_uri())
    yield page, heard
    context.close()


def known(url: str, path: Path) -> bool:
    """Whether an address is the page itself or data within it."""
    return url.startswith("data:") or url.partition("#")[0] == path.resolve().as_uri()
