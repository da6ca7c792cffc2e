"""What a unit costs beside its work, for sizing on paper: `python -m benchmarks.unit_costs`.

It prints the bundle's size and what a checkout of it takes; what a restored unit takes, of which nothing runs; and what
DVC takes to pull the run cache, a file at a time, from a folder and from a server of S3's kind on loopback.
"""

import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

from litemill.fanout import snapshot

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT_S = 1800
ENTRIES = 300
BUCKET = "bucket"
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "us-east-1"}
PROJECT = "stages:\n  one:\n    cmd: echo 1 > out\n    deps: [in]\n    outs: [out]\n"


def timed(folder: Path, *command: str) -> float:
    """Run a command; give its seconds."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    own = {"PATH": path, "DVC_SITE_CACHE_DIR": str(folder.parent / "site")} | KEYS
    began = time.monotonic()
    subprocess.run(command, cwd=folder, env=os.environ | own, check=True, capture_output=True, timeout=TIME_LIMIT_S)
    return time.monotonic() - began


def project(folder: Path, url: str, *settings: tuple[str, str]) -> None:
    """Make a project of one stage whose remote holds its output, and the entries of many other stages."""
    folder.mkdir()
    (folder / "dvc.yaml").write_text(PROJECT)
    (folder / "in").write_text("1")
    for command in (("git", "init", "-q"), ("dvc", "init", "-q"), ("dvc", "remote", "add", "-d", "shared", url)):
        timed(folder, *command)
    for setting in settings:
        timed(folder, "dvc", "remote", "modify", "shared", *setting)
    timed(folder, "dvc", "repro")
    entry = next((folder / ".dvc/cache/runs").glob("*/*/*")).read_bytes()
    for number in range(ENTRIES):
        name = f"{number:064x}"
        path = folder / ".dvc/cache/runs" / name[:2] / name / name
        path.parent.mkdir(parents=True)
        path.write_bytes(entry)


def main() -> None:
    """Print them all."""
    taken = snapshot.take()
    with tempfile.TemporaryDirectory() as scratch:
        folder, bundle = Path(scratch), Path(scratch) / "bundle"
        bundle.write_bytes(taken.bundle)
        steps = (("init", "-q"), ("fetch", "-q", str(bundle), taken.commit), ("checkout", "-q", taken.commit))
        (folder / "checkout").mkdir()
        seconds = sum(timed(folder / "checkout", "git", *step) for step in steps)
        print(f"bundle: {len(taken.bundle) / 1e6:.1f} MB, checked out in {seconds:.1f} s")
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        address = "http://{}:{}".format(*server.get_host_and_port())
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": KEYS["AWS_DEFAULT_REGION"]}
        boto3.client("s3", endpoint_url=address, **keys).create_bucket(Bucket=BUCKET)
        project(folder / "one", str(folder / "remote"))
        project(folder / "two", f"s3://{BUCKET}/remote", ("endpointurl", address))
        for name, where in (("one", "folder"), ("two", "S3 on loopback")):
            nothing = timed(folder / name, "dvc", "repro")
            pushed = timed(folder / name, "dvc", "push", "--run-cache")
            pulled = timed(folder / name, "dvc", "repro", "--pull") - nothing
            pull_ms, push_ms = 1000 * pulled / ENTRIES, 1000 * (pushed - nothing) / ENTRIES
            print(f"{where}: dvc repro of nothing {nothing:.1f} s; to pull an entry of the run cache "
                  f"{pull_ms:.1f} ms, to push it {push_ms:.1f} ms")  # fmt: skip
        server.stop()


if __name__ == "__main__":
    main()
