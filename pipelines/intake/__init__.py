"""Fetch a provider's files, check them, and accept the table that is read from them (decisions/0012)."""
