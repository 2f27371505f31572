"""From tables to a published picture, and what is said of it."""
