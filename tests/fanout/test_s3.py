"""A bucket as the remote, behind a real server of S3's kind."""

from pathlib import Path

import pytest

from fanout import quick, zoo
from fanout.buckets import BUCKET, KEYS, bucket
from fanout.workers import cluster

pytestmark = pytest.mark.long


def test_a_bucket_is_as_good_as_a_folder(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    with bucket() as address, cluster(tmp_path / "cluster") as made:
        head = quick.make(tmp_path / "head", f"s3://{BUCKET}/remote", endpointurl=address)
        made.worker("one", QUICK_RAN=str(ran), **KEYS)
        zoo.run(
            head.root, "python", "-m", "litemill", "fanout", "--scheduler", made.address, QUICK_RAN=str(ran), **KEYS
        )
    everything = ran.read_text().split()
    assert sorted(everything) == sorted(set(everything))
    assert set(quick.ARTIFACTS) <= set(everything)
    assert set(quick.ARTIFACTS) <= set(zoo.made(head))
