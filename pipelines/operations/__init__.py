"""Runs, health and lists for those who operate the pipeline."""
