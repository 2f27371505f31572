"""Measured against named peers in one run: `python -m benchmarks [NAME …] [--json]`."""
