"""Objects of a remote that are not what their names say: refused by DVC, and dropped here, so that they are built anew.

DVC names an object by the MD5 of its bytes. With `verify` it refuses a false file and runs the stage again, but never
pushes over what the remote has under that name; and a false listing of a folder makes it fail.
"""

from collections.abc import Collection, Iterable
from typing import Any

from dvc.repo import Repo
from dvc_data.hashfile.db import get_index
from dvc_data.hashfile.hash_info import HASH_DIR_SUFFIX
from dvc_objects.errors import ObjectFormatError


def drop_false_listings() -> bool:
    """Drop all false listings of folders from the remote, and the outputs that they describe; False if none is."""
    with Repo() as repo:
        odb = repo.cloud.get_remote_odb(None)
        dropped = _drop_false(repo, odb, filter(_lists, odb.all()))
        for out in repo.index.outs:
            if out.hash_info.value in dropped:
                out.remove(ignore_remove=True)
    return bool(dropped)


def drop_false(stages: Collection[str]) -> None:
    """Drop from the remote what it has under the names of stages' outputs, and is something else."""
    if not stages:
        return
    with Repo() as repo:
        found = [stage.get_used_objs().values() for name in stages for stage in repo.stage.collect(name)]
        used = {one.value for outputs in found for objects in outputs for one in objects}
        odb = repo.cloud.get_remote_odb(None)
        if _drop_false(repo, odb, used):
            # by a listing that is there DVC takes all that is listed to be there
            for oid in filter(_lists, used):
                odb.delete(oid)


def _drop_false(repo: Any, odb: Any, oids: Iterable[str]) -> set[str]:  # noqa: ANN401  DVC ships no types
    """Hold objects against their names, as far as they are there; give those that were dropped."""
    dropped = set()
    for oid in oids:
        try:
            odb.check(oid, check_hash=True)
        except FileNotFoundError:
            continue
        except ObjectFormatError:  # by then it is dropped
            print(f"dropped from the remote: {oid}, which was something else", flush=True)
            dropped.add(oid)
    if dropped:  # what DVC remembers of the remote
        repo.drop_data_index()
        get_index(odb).clear()
    return dropped


def _lists(oid: str) -> bool:
    """Tell whether an object is a folder's listing."""
    return oid.endswith(HASH_DIR_SUFFIX)
