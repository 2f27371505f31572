"""Build, publish, read, compare and explain pictures."""
