"""The records of a network's graph, its samples, what the original says to them, and its variants."""

from litemill.records.base import Record, Tensor
from litemill.settings.catalog import Entry
from litemill.settings.network import Network


class Rewritten(Record, frozen=True):
    """What came of a rewrite.

    Parameters
    ----------
    name
        As `rewrites` of `params.yaml` has it.
    places
        In how many places of the graph something was rewritten.
    note
        Why in none.
    """

    name: str
    places: int
    note: str = ""


class Frozen(Record, frozen=True):
    """A network's frozen, cut graph.

    Parameters
    ----------
    network, settings
        Its name and what `params.yaml` says of it, its baselines and recipes left out.
    entry
        Its source's catalogue entry, the cuts and the crop filled in where they were found.
    sha256, inputs, output
        Of the graph.
    ops, parameters
        Operations by type, and how many numbers the constants hold.
    proof
        Of cuts that were found: the largest errors and the label agreement; empty where the catalogue pins them.
    rewrites
        What came of those that `settings` lists; `unrewritten.pb` beside the graph is the graph without them.
    """

    network: str
    settings: Network
    entry: Entry
    sha256: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    ops: dict[str, int]
    parameters: int
    proof: dict[str, float] = {}
    rewrites: tuple[Rewritten, ...] = ()


class Sampled(Record, frozen=True):
    """Which pictures a network's inputs are of.

    Parameters
    ----------
    network
        Its name.
    calibration, evaluation
        Pictures below `data/images`; of two that enter together, content and style, joined by ` + `.
    evaluation_sha256
        Of the file that holds the inputs that judge; DVC alone watches those that calibrate.
    truth
        Evaluation picture to its ground truth.
    """

    network: str
    calibration: tuple[str, ...]
    evaluation: tuple[str, ...]
    evaluation_sha256: str
    truth: dict[str, str] = {}


class Referenced(Record, frozen=True):
    """What the original model said to the evaluation samples.

    Parameters
    ----------
    network
        Its name.
    sha256
        Of the reference's file.
    cut_error
        Largest difference between our input to the network and the original's own, in the tensor's unit; null where
        there is no such, as for another input size.
    rewrite_proof
        Of the rewritten graph against the unrewritten one, over the evaluation inputs: max_error (share of the
        output's range), psnr_db and least_psnr_db; empty where there is no rewrite.
    """

    network: str
    sha256: str
    cut_error: float | None
    rewrite_proof: dict[str, float] = {}


class Variant(Record, frozen=True):
    """A network in float32 with some of its rewrites, or none.

    Parameters
    ----------
    name
        `as cut`, the one rewrite, or `all`.
    rewrites
        Those that were applied, in how many places.
    sha256, size_bytes
        Of the file.
    psnr_db, max_error
        Against the graph without rewrites on one evaluation sample, as of `Referenced.rewrite_proof`; null for that
        graph itself.
    """

    name: str
    rewrites: dict[str, int]
    sha256: str
    size_bytes: int
    psnr_db: float | None = None
    max_error: float | None = None


class Variants(Record, frozen=True):
    """What the rewrites make of a network.

    Parameters
    ----------
    network
        Its name.
    variants
        The graph as it was cut, with each rewrite that finds a place alone, and with all; empty where none is listed.
    """

    network: str
    variants: tuple[Variant, ...] = ()
