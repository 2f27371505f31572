"""Shipping datasets, one file each."""
