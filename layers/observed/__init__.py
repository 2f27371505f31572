"""Facts: what sources say, a schema a file, no judgement."""
