"""Our own cited tables under layers/reference."""
