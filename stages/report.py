"""Write the report as page and as Markdown, its figures and the summary; with --table, only print the artifacts."""

from litemill.commands.report import report
from litemill.ground import command

if __name__ == "__main__":
    command.run(report)
