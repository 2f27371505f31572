"""Exercises: packs of files for players and facilitators, from an exercise file and the flow network."""
