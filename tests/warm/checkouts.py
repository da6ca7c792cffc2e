"""Checkouts whose stages run by way of a warm server, apart from the user's."""

import json
import sys
from pathlib import Path

from processes import Checkout

WARM = (sys.executable, "-m", "litemill.warm")
TELL = """
import json
import os
import sys

def tell() -> str:
    '''Tell what this process is.'''
    print("told", file=sys.stderr)
    return json.dumps({
        "server": os.getppid(), "arguments": sys.argv[1:], "cwd": os.getcwd(), "name": os.environ.get("NAME"),
        "stdin": sys.stdin.read(), "preloaded": "colorsys" in sys.modules, "version": 1,
    })

if __name__ == "__main__":
    print(tell())
"""


def new_checkout(root: Path, sockets: Path) -> Checkout:
    """Make a checkout with the stage `tell`."""
    checkout = Checkout(root, XDG_RUNTIME_DIR=str(sockets.parent), LITEMILL_WARM_PRELOAD="colorsys")
    checkout.write("tell", TELL)
    return checkout


def tell(checkout: Checkout, *options: str, **env: str) -> dict[str, object]:
    """Run the stage `tell`; give what it tells of itself."""
    done = checkout.run(*WARM[1:], "stages.tell", *options, **env)
    assert (done.returncode, done.stderr) == (0, "told\n")
    told: dict[str, object] = json.loads(done.stdout)
    return told
