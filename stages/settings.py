"""Check params.yaml and the catalogue, before anything runs."""

from litemill.core import params, stage


def settings() -> None:
    """Check params.yaml and data/catalog.yaml."""
    params.load()


if __name__ == "__main__":
    stage.run(settings)
