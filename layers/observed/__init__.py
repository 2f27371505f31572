"""Facts from sources, without judgement: one module per subject."""
