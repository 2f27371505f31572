"""Sea-ice datasets, one file each."""
