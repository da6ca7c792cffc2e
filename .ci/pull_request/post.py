#!/usr/bin/env python3
"""Post or update the one comment on the pull request that a finished run was of.

Usage: post COMMENT. The environment says the rest: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, and of the run
HEAD_OWNER, HEAD_BRANCH, HEAD_SHA. It needs nothing but Python, since it runs with a right to write: what a pull request
brought is text to it, no more. Exits 1 where the host refuses.
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

MARK = "<!-- litemill: comparison -->"
TIME_LIMIT_S = 30
A_PAGE = 100
LONGEST = 60_000  # the host takes 65536


def post(text: str) -> str:
    """Write the comment, and say what was done."""
    if not text.startswith(MARK):
        return "no comment: the text is none of ours"
    # a mention would notify people
    text = text[:LONGEST].replace("@", "@\u200b")
    number = pull_request()
    if number is None:
        return "no comment: the pull request is closed, or has newer commits"
    for comment in pages(f"issues/{number}/comments"):
        if comment["body"].startswith(MARK) and comment["user"]["type"] == "Bot":
            call("PATCH", f"issues/comments/{comment['id']}", {"body": text})
            return f"comment on {number} updated"
    call("POST", f"issues/{number}/comments", {"body": text})
    return f"comment on {number} written"


def pull_request() -> int | None:
    """Find the open pull request whose newest commit was run; what the run itself says of it is not trusted."""
    head = urllib.parse.quote(f"{os.environ['HEAD_OWNER']}:{os.environ['HEAD_BRANCH']}")
    found = pages(f"pulls?state=open&head={head}")
    return next((int(one["number"]) for one in found if one["head"]["sha"] == os.environ["HEAD_SHA"]), None)


def pages(path: str) -> list[Any]:
    """Return all entries of a list."""
    found: list[Any] = []
    while len(found) % A_PAGE == 0:
        more = call("GET", f"{path}{'&' if '?' in path else '?'}per_page={A_PAGE}&page={len(found) // A_PAGE + 1}")
        if not more:
            break
        found += more
    return found


def call(method: str, path: str, body: dict[str, str] | None = None) -> Any:  # noqa: ANN401  JSON
    """Ask the host."""
    request = urllib.request.Request(  # noqa: S310  the host's own address
        f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        json.dumps(body).encode() if body else None,
        {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=TIME_LIMIT_S) as answer:  # noqa: S310  see above
        return json.load(answer)


if __name__ == "__main__":
    try:
        print(post(Path(sys.argv[1]).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"error: no comment: {error}")
