"""Judgements derived from the facts. The modules receive tables and never import `observed`."""
