"""Which tensors a network has, by role: names that do not move between exports; by what its files are weighed."""

from litemill.settings.network import Network


def inputs(network: Network) -> tuple[str, ...]:
    """Return the roles of a network's inputs, in the order in which its TFLite file has them."""
    if network.part == "predict":
        return ("style",)
    return ("content", "bottleneck") if network.part == "transfer" else ("image",)


def accuracy(network: Network) -> str:
    """Name the figure by which a network's files are weighed; more is better."""
    if network.part == "predict":
        return "bottleneck_cosine"
    return "psnr_db" if network.part == "transfer" else "label_agreement"


def output(network: Network) -> str:
    """Return the role of a network's output."""
    if network.part == "predict":
        return "bottleneck"
    return "stylized" if network.part == "transfer" else network.output
