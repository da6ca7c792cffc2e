"""`python -m litemill VERB`, from a checkout or with the package installed."""

from litemill.cli import main

main()
