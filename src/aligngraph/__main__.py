"""Run the command line as ``python -m aligngraph``."""

from aligngraph.cli import main

main()
