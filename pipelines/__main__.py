"""`python -m pipelines` is the command `arctic-picture`."""

from pipelines.cli import main

main()
