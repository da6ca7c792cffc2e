"""Lay the official files that each network is measured beside into a folder of the network's own."""

import shutil

from litemill.ground import command, io, project
from litemill.settings import pieces
from litemill.settings.network import Network


def baselines() -> str:
    """Lay out the baselines of all networks."""
    networks = pieces.read("networks", dict[str, Network])
    with io.replacing(project.BASELINES) as new:
        for name, network in networks.items():
            folder = new / name
            folder.mkdir(parents=True)
            # DVC knows no empty folder, and a network may have no baseline
            (folder / "README").write_text(f"official files beside {name}\n")
            for baseline in network.baselines:
                shutil.copyfile(project.source(baseline) / "model.tflite", folder / f"{baseline}.tflite")
    return (
        f"{sum(len(network.baselines) for network in networks.values())} official files beside {len(networks)} networks"
    )


if __name__ == "__main__":
    command.run(baselines)
