"""The commands of `arctic-picture`, a module for each subject. `pipelines.cli` joins them.

Slow imports stand inside the commands, so that `--help` answers at once.
"""
