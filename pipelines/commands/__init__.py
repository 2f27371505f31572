"""The commands of `arctic-picture`, by subject. `pipelines.cli` joins them.

Their imports stand inside the commands, so that `--help` answers at once.
"""
