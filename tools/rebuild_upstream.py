"""Rebuild TensorFlow models that upstream publishes from the TFLite files that were released of them.

The TFLite files carry the same weights and node names as the archives that they were converted from.
Replaying their operators as graph nodes gives a source model of the same form where the archive can't be had:

  python tools/rebuild_upstream.py deeplab SRC.tflite OUT.tar.gz FOLDER [--crop H W] [--batch-norm]
  python tools/rebuild_upstream.py magenta PREDICT.tflite TRANSFER.tflite OUTDIR

`deeplab` writes an archive with FOLDER/frozen_inference_graph.pb; `magenta` writes OUTDIR/hub (the module
that takes content and style at once), OUTDIR/hub.tar.gz and OUTDIR/mobile/SavedModel/{predict,transfer}.

What it makes is never the upstream archive itself: batch normalization is made up, and weights from 8-bit
files stay on their 8-bit grid. data/embedded/README.md says which file there was made from what, and how; the
8-bit file behind deeplabv3_mnv2_pascal_train_aug is not in this repository.
"""

import argparse
import gzip
import io
import logging
import os
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

# a script sees its own folder only; the library lies beside it
sys.path.append(str(Path(__file__).resolve().parents[1]))

from litemill.ground.errors import LitemillError, from_os
from litemill.ground.io import write

GRAPH = "frozen_inference_graph.pb"
# 2018-10-01, the day in the first rebuilt archive's name: any fixed one gives the same bytes each time
MEMBER_TIME = 1538352000


def pack(members: Mapping[str, bytes | None]) -> bytes:
    """Return a .tar.gz of files, by name; None stands for a folder. The same members give the same bytes."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.mtime = MEMBER_TIME
            if data is None:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(entry)
            else:
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(tar.getvalue(), mtime=0)


def pack_folder(folder: Path) -> bytes:
    """Return a .tar.gz of what a folder holds, in the order of names."""
    paths = sorted(folder.rglob("*"))
    return pack({path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
                 for path in paths})  # fmt: skip


def deeplab(options: argparse.Namespace) -> None:
    """Write the archive of a DeepLab graph."""
    from released_tflite import ReleasedModel  # noqa: PLC0415  what follows costs seconds, and --help needs none

    model = ReleasedModel(options.source)
    from deeplab_graph import deeplab_graph  # noqa: PLC0415  imports TensorFlow: only for a file that can be read

    graph = deeplab_graph(model, tuple(options.crop), batch_norm=options.batch_norm)
    data = graph.SerializeToString(deterministic=True)
    write(options.archive, pack({f"{options.folder}/": None, f"{options.folder}/{GRAPH}": data}))
    print(f"{options.archive}: {GRAPH} of {len(data)} bytes")


def magenta(options: argparse.Namespace) -> None:
    """Write the SavedModels of the style transfer, and the hub module's archive."""
    from released_tflite import ReleasedModel  # noqa: PLC0415  as above

    models = ReleasedModel(options.predict), ReleasedModel(options.transfer)
    from magenta_models import Stylizer, save_hub_module, save_parts  # noqa: PLC0415  as above

    stylizer = Stylizer(*models)
    parts, hub = options.outdir / "mobile" / "SavedModel", options.outdir / "hub"
    save_parts(stylizer, parts)
    save_hub_module(stylizer, hub)
    write(options.outdir / "hub.tar.gz", pack_folder(hub))
    print(f"{options.outdir}: mobile/SavedModel/predict, mobile/SavedModel/transfer, hub, hub.tar.gz")


def pixels(text: str) -> int:
    """Read a side of the crop."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a side is a whole number of pixels, at least 1, not {text!r}")
    return int(text)


def command_line() -> argparse.ArgumentParser:
    """Say what the program takes."""
    summary, _, detail = str(__doc__).partition("\n\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=detail, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("deeplab", help="a frozen graph as DeepLab's exporter writes it")
    one.add_argument("source", type=Path, metavar="SRC.tflite")
    one.add_argument("archive", type=Path, metavar="OUT.tar.gz")
    one.add_argument("folder", metavar="FOLDER", help="the folder inside the archive")
    one.add_argument("--crop", nargs=2, type=pixels, default=(513, 513), metavar=("H", "W"))
    one.add_argument("--batch-norm", action="store_true", help="unfold batch normalization, its parts made up")
    one.set_defaults(run=deeplab)
    two = commands.add_parser("magenta", help="the style transfer's SavedModels")
    two.add_argument("predict", type=Path, metavar="PREDICT.tflite")
    two.add_argument("transfer", type=Path, metavar="TRANSFER.tflite")
    two.add_argument("outdir", type=Path, metavar="OUTDIR")
    two.set_defaults(run=magenta)
    return parser


def main() -> None:
    """Run a command; what the user can mend is said in one line."""
    options = command_line().parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # its deprecations are those of TensorFlow 1, whose graphs are what this writes
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        options.run(options)
    except LitemillError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(str(from_os(error)))


if __name__ == "__main__":
    main()
