"""The daily ice archive and what is read from it."""
