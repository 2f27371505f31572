"""Flows of goods, energy, data and people over one graph, and what a closure changes."""
