"""Mineral datasets, one file each."""
