"""Climate datasets, one file each."""
