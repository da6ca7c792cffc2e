"""Measure every artifact on every target that is attached; what is recorded and of today's artifacts stays."""

from litemill.commands.phones import phones
from litemill.ground import command

if __name__ == "__main__":
    command.run(phones)
