"""The picture as files other programs read."""
