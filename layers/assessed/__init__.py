"""Judgements: what follows from the facts. They get tables; they never import `observed`."""
