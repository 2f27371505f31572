"""Datasets of places, people and borders, one file each."""
