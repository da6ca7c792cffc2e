"""Bring pipelines/NETWORK/dvc.yaml in step with params.yaml, and drop what earlier settings left behind."""

from litemill.commands.plan import plan
from litemill.ground import command

if __name__ == "__main__":
    command.run(plan)
